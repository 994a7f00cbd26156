import type { Command } from 'commander'
import { collect } from '../collect/collect.ts'
import { readConfig } from '../collect/config.ts'
import { databaseUrl, openDatabase } from '../collect/open-database.ts'
import { lockPath } from '../../embedded-postgres/directory-lock.ts'
import { Failure } from '../failure.ts'
import { show } from '../output.ts'
import { addTryOptions, type TryOptions } from '../send/options.ts'
import { reportTo } from '../send/report.ts'
import { posterOf } from '../send/send-one.ts'
import { sendingService } from '../send/service.ts'
import { haltSignal } from '../send/stop.ts'
import { exitCodeOf, sayOf, type Summary } from '../send/summary.ts'

interface CollectOptions extends TryOptions { config: string, dryRun?: boolean }

export function addCollect (program: Command): void {
  addTryOptions(program.command('collect'))
    .description('sends what is new in a database since the last run')
    .requiredOption('--config <file>', 'the query and its watermark, in YAML or JSON')
    .option('--dry-run', 'do everything, keep nothing')
    .action(async (options: CollectOptions, command: Command) => {
      const summary = await run(options, command)
      show(command, summary, sayOf)
      process.exitCode = exitCodeOf([summary])
    })
}

async function run (options: CollectOptions, command: Command): Promise<Summary> {
  const config = readConfig(options.config)
  const service = await sendingService(command)
  const url = databaseUrl(config.database_url_file)
  const unlock = await lockPath(options.config)
  if (unlock === undefined) throw new Failure(`${options.config} is being collected already by another process here.`)
  const report = reportTo(process.stderr, options.quiet ?? false)
  const { halt, release } = haltSignal(report.note)
  const database = await openDatabase(url)
  try {
    const poster = posterOf(service, options, report, halt)
    return await collect({ config, database, poster, url: service.url, report, halt, dryRun: options.dryRun ?? false })
  } finally {
    await database.close().catch(() => undefined)
    release()
    unlock()
  }
}
