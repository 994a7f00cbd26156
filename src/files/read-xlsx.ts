import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Slices } from '../domain/slices.ts'
import { ProblemError, type RowWarning } from '../errors.ts'
import { Turns } from '../intake/turns.ts'
import type { FileSettings, Line } from './table.ts'
import type { Answer } from './xlsx-worker.ts'

/** What a workbook may take; one that takes more is a bomb, or wants to be CSV. */
const MOST_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 768 }

/** One workbook at a time: each has a thread, and up to this much memory, of its own. */
const turns = new Turns({ atOnce: 1 })

/**
 * The lines of a sheet of an .xlsx, read in a thread of its own, since its reader takes no pauses. Throws
 * `ProblemError`.
 */
export async function readXlsxLines (
  bytes: Buffer, { sheet }: FileSettings, slices: Slices
): Promise<{ lines: Line[], warnings: RowWarning[], date1904: boolean }> {
  return await turns.run({ key: 'xlsx', long: false }, async () => {
    const worker = new Worker(new URL('xlsx-worker.ts', import.meta.url), {
      workerData: { bytes, sheet }, resourceLimits: MEMORY
    })
    const timer = setTimeout(() => { worker.terminate().catch(() => undefined) }, MOST_MS)
    try {
      return await askFor(worker, slices)
    } finally {
      clearTimeout(timer)
      await worker.terminate()
    }
  })
}

async function askFor (
  worker: Worker, slices: Slices
): Promise<{ lines: Line[], warnings: RowWarning[], date1904: boolean }> {
  const ended = once(worker, 'exit').then(() => { throw tooMuch() })
  ended.catch(() => undefined) // of no interest once all is read
  const next = async (): Promise<Answer> => {
    const [answer] = await Promise.race([once(worker, 'message'), ended]).catch((error: unknown) => {
      throw isOutOfMemory(error) ? tooMuch() : error
    }) as [Answer]
    return answer
  }
  const found = await next()
  if ('why' in found) throw new ProblemError('unreadable-file', found.why)
  if (!('count' in found)) throw new TypeError('the worker began with lines')
  const { count, ...sheet } = found
  const lines: Line[] = []
  while (lines.length < count) {
    if (slices.over) await slices.pause()
    const asked = next()
    worker.postMessage('more')
    const more = await asked
    if (!Array.isArray(more) || more.length === 0) throw new TypeError('the worker had no more lines')
    lines.push(...more)
  }
  return { lines, ...sheet }
}

const isOutOfMemory = (error: unknown): boolean =>
  (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'

const tooMuch = (): ProblemError => new ProblemError(
  'unreadable-file', 'The workbook takes too long or too much memory to read; send it in pieces, or as CSV.'
)
