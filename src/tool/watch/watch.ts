import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { BadFile, Failure } from '../failure.ts'
import { sendOne, type Sender } from '../send/send-one.ts'
import { notSent, type Summary } from '../send/summary.ts'
import type { Candidates } from './candidates.ts'
import { putAway } from './put-away.ts'

export interface Watching {
  folder: string
  candidates: Candidates
  sender: Sender
  /** How long nobody may have written to a file. */
  settleMs: number
  /** Between two looks at the folder. */
  everyMs: number
  /** Send what is there, and end. */
  once: boolean
  /** Told of each file that was sent, or could not be. */
  done: (summary: Summary, put: string | undefined) => void
}

/** After the service failed a file it is left in peace for so long; a folder that is watched has time. */
const PAUSE_MS = 60_000

/** Sends each file of a folder once it is complete and puts it away, until it is told to stop. */
export async function watch (watching: Watching): Promise<Summary[]> {
  const { candidates, sender: { halt }, settleMs, everyMs, once } = watching
  const summaries: Summary[] = []
  candidates.look(Date.now())
  while (!halt.aborted) {
    await pause(once ? settleMs : Math.min(everyMs, settleMs), halt)
    const { settled, growing } = candidates.look(Date.now())
    let failed = false
    for (const name of settled) {
      if (failed || isStopped(halt)) break
      const { summary, isSettled } = await sendAndPutAway(watching, name)
      if (once) summaries.push(summary)
      failed = !isSettled
    }
    if (once) {
      for (const name of growing) watching.sender.report.note(`${name} is still being written; the next run sends it.`)
      break
    }
    if (failed) await pause(PAUSE_MS, halt)
  }
  return summaries
}

/** `isSettled`: it need not be looked at again. What the service or the network failed stays, and is tried again. */
async function sendAndPutAway (
  { folder, sender, done }: Watching, name: string
): Promise<{ summary: Summary, isSettled: boolean }> {
  const file = join(folder, name)
  try {
    const summary = await sendOne(sender, file)
    const isRefused = summary.refused > 0
    const isSettled = summary.stopped === undefined || (isRefused && sender.options.strict === true)
    const put = isSettled ? putAway(folder, name, isRefused ? 'refused' : 'sent', summary.stopped) : undefined
    const refusedFile = put !== undefined && summary.refused_file !== undefined
      ? { refused_file: join(folder, `${put}.refused.csv`) }
      : {}
    done({ ...summary, ...refusedFile }, put)
    return { summary, isSettled }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const isSettled = error instanceof BadFile
    const summary = notSent(file, error.message)
    done(summary, isSettled ? putAway(folder, name, 'refused', error.message) : undefined)
    return { summary, isSettled }
  }
}

// Asked anew each time: it changes while a file is sent.
const isStopped = (halt: AbortSignal): boolean => halt.aborted

async function pause (ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined) // told to stop: the loop sees it
}
