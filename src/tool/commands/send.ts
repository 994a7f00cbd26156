import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { say, wantsJson } from '../output.ts'
import { addSendOptions, sourceOf, type AskedOptions } from '../send/options.ts'
import { reportTo } from '../send/report.ts'
import { posterOf, sendOne, type Sender } from '../send/send-one.ts'
import { sendingService } from '../send/service.ts'
import { haltSignal } from '../send/stop.ts'
import { saveMapping, sayOfSuggestion, suggestMapping } from '../send/suggest.ts'
import { exitCodeOf, notSent, sayOf, type Summary } from '../send/summary.ts'

interface Options extends AskedOptions { suggestMapping?: boolean, save?: string }

export function addSend (program: Command): void {
  addSendOptions(program.command('send'))
    .description('sends files: csv, xlsx, ndjson or json; what was sent is not sent again')
    .argument('<file...>', 'the files; - for standard input')
    .option('--dry-run', 'do everything, keep nothing')
    .option('--replace-period <a/b>', 'replace all of the source’s events of these days, such as 2026-11-01/2026-11-30')
    .option('--again', 'send it once more, though it was sent; after its mapping was mended')
    .option('--suggest-mapping', 'have a mapping proposed for a csv or xlsx; nothing is sent')
    .option('--save <name>', 'with --suggest-mapping: keep it by that name')
    .action(async (files: string[], options: Options, command: Command) => {
      if (options.suggestMapping === true) {
        await suggest(files, options, command)
        return
      }
      const summaries = await sendAll(files, options, command)
      if (wantsJson(command)) say(JSON.stringify(files.length === 1 ? summaries[0] : summaries, null, 2))
      else for (const summary of summaries) say(sayOf(summary))
      process.exitCode = exitCodeOf(summaries)
    })
}

async function suggest ([file = '', ...more]: string[], options: Options, command: Command): Promise<void> {
  const source = sourceOf(options)
  if (source === undefined) throw new Failure('Name the source that the mapping is for: --source authority/name.')
  if (more.length > 0 || file === '-') throw new Failure('A mapping is proposed for one file, by its name.')
  const service = await sendingService(command)
  const poster = posterOf(service, options, reportTo(process.stderr, false), new AbortController().signal)
  const suggestion = await suggestMapping(poster, source, file, options)
  process.stderr.write(`${sayOfSuggestion(suggestion)}\n`)
  say(JSON.stringify(wantsJson(command) ? suggestion : suggestion.mapping, null, 2))
  if (options.save === undefined) return
  await saveMapping(poster, source, options.save, suggestion.mapping)
  process.stderr.write(`Kept as ${options.save}; send with --mapping ${options.save}\n`)
}

async function sendAll (files: string[], options: AskedOptions, command: Command): Promise<Summary[]> {
  const service = await sendingService(command)
  const report = reportTo(process.stderr, options.quiet ?? false)
  const { halt, release } = haltSignal(report.note)
  const summaries: Summary[] = []
  try {
    for (const file of files) {
      if (halt.aborted) break
      const summary = await sendOrSay({ service, options, report, halt }, file)
      summaries.push(summary)
      if (summary.stopped !== undefined && summary.rows > 0) break // the service would refuse the next as well
    }
  } finally {
    release()
  }
  return summaries
}

// A file that cannot be read holds up no other.
async function sendOrSay (sender: Sender, file: string): Promise<Summary> {
  try {
    return await sendOne(sender, file)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return notSent(file, error.message)
  }
}
