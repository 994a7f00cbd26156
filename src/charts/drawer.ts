import { ProblemError } from '../errors.ts'
import { TaskThread } from '../threads/task-thread.ts'
import type { ChartSpec } from './spec.ts'
import type { Reply } from './worker.ts'

interface Limits {
  /** How long one drawing may take; the queue and the thread's start do not count. */
  seconds?: number
  /** How long the thread is kept for the next chart. It holds some 50 MB. */
  idleSeconds?: number
}

/** A chart draws in some 20 ms, and it is bounded: see `limits.ts`. */
const SECONDS = 10
const IDLE_SECONDS = 60

/** Draws charts one after the other in a thread of its own, which is started at the first and loads the library. */
export class Drawer {
  readonly #thread: TaskThread<ChartSpec, Reply>

  constructor ({ seconds = SECONDS, idleSeconds = IDLE_SECONDS }: Limits = {}) {
    this.#thread = new TaskThread({
      module: new URL('./worker.ts', import.meta.url),
      options: { name: 'charts', resourceLimits: { maxOldGenerationSizeMb: 192 } },
      seconds,
      idleSeconds,
      tooSlow: () => new ProblemError(
        'unavailable', `This chart was not drawn within ${seconds} seconds; ask again, or for fewer periods or groups.`
      ),
      closed: () => new ProblemError('unavailable', 'The service is about to stop; ask again.')
    })
  }

  get hasThread (): boolean { return this.#thread.isThere }

  /**
   * A chart as an SVG. Throws `ProblemError` (unavailable) where it takes too long or the drawer is closed, else what
   * the thread fails of.
   */
  async draw (chart: ChartSpec): Promise<string> {
    const reply = await this.#thread.run(chart)
    if ('why' in reply) throw new Error(`A chart could not be drawn: ${reply.why}`)
    return reply.svg
  }

  /** Ends the thread; charts that are not done are refused. */
  async close (): Promise<void> {
    await this.#thread.close()
  }
}
