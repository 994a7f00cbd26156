import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { lockPath } from '../../embedded-postgres/directory-lock.ts'
import { Failure } from '../failure.ts'
import { say, wantsJson } from '../output.ts'
import { addSendOptions, wholeNumber, type AskedOptions } from '../send/options.ts'
import { reportTo } from '../send/report.ts'
import { sendingService } from '../send/service.ts'
import { haltSignal } from '../send/stop.ts'
import { exitCodeOf, sayOf, type Summary } from '../send/summary.ts'
import { Candidates, namesOf, SENDABLE } from '../watch/candidates.ts'
import { watch } from '../watch/watch.ts'

interface WatchOptions extends AskedOptions { pattern: string[], settle: number, every: number, once?: boolean }

export function addWatch (program: Command): void {
  addSendOptions(program.command('watch'))
    .description('sends each new file of a folder once it is complete, and moves it to sent/ or refused/ there')
    .argument('<folder>', 'the folder')
    .option('--pattern <names...>', 'files of these names, with * and ?', SENDABLE)
    .option('--settle <seconds>', 'a file is complete when unchanged for so long', wholeNumber(0, 3600), 10)
    .option('--every <seconds>', 'between two looks at the folder', wholeNumber(1, 3600), 5)
    .option('--once', 'send what is there, and end; for a scheduler')
    .action(async (folder: string, options: WatchOptions, command: Command) => {
      const summaries = await watchFolder(folder, options, command)
      process.exitCode = exitCodeOf(summaries)
    })
}

async function watchFolder (folder: string, options: WatchOptions, command: Command): Promise<Summary[]> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Failure(`There is no folder ${folder}; make it, or name the one that the files are put into.`)
  }
  const service = await sendingService(command)
  const release = await lockPath(folder)
  if (release === undefined) throw new Failure(`${folder} is being watched already by another process here.`)
  const report = reportTo(process.stderr, options.quiet ?? false)
  const { halt, release: ignoreSignals } = haltSignal(report.note)
  const settleMs = options.settle * 1000
  try {
    return await watch({
      folder,
      candidates: new Candidates(folder, namesOf(options.pattern), settleMs),
      sender: { service, options, report, halt },
      settleMs,
      everyMs: options.every * 1000,
      once: options.once ?? false,
      done: (summary, put) => say(wantsJson(command)
        ? JSON.stringify({ ...summary, ...(put !== undefined && { put }) })
        : `${sayOf(summary)}${put === undefined ? '' : `\nMoved to ${put}`}`)
    })
  } finally {
    ignoreSignals()
    release()
  }
}
