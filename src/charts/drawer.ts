import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { ProblemError } from '../errors.ts'
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
  readonly #seconds: number
  readonly #idleSeconds: number
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor ({ seconds = SECONDS, idleSeconds = IDLE_SECONDS }: Limits = {}) {
    this.#seconds = seconds
    this.#idleSeconds = idleSeconds
  }

  get hasThread (): boolean { return this.#worker !== undefined }

  /**
   * A chart as an SVG. Throws `ProblemError` (unavailable) where it takes too long or the drawer is closed, else what
   * the thread fails of; the next chart has a new thread then.
   */
  async draw (chart: ChartSpec): Promise<string> {
    const svg = this.#last.then(async () => await this.#run(chart))
    this.#last = svg.catch(() => undefined)
    return await svg
  }

  /** Ends the thread; charts that are not done are refused. */
  async close (): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #run (chart: ChartSpec): Promise<string> {
    this.#checkOpen()
    clearTimeout(this.#idle)
    const isNew = this.#worker === undefined
    const worker = this.#worker ??= this.#start()
    // Whoever waits for a chart keeps the process alive; an idle thread does not.
    worker.ref()
    const done = new AbortController()
    try {
      const died = death(worker, done.signal)
      // A busy machine's slow start is no slow drawing.
      if (isNew) await Promise.race([once(worker, 'message', { signal: done.signal }), died])
      worker.postMessage(chart)
      return await Promise.race([svgOf(worker, done.signal), died, limit(this.#seconds, done.signal)])
    } catch (error) {
      await this.#end()
      this.#checkOpen()
      throw error
    } finally {
      done.abort()
      worker.unref()
      this.#idle = setTimeout(() => { void this.#end() }, this.#idleSeconds * 1000).unref()
    }
  }

  #checkOpen (): void {
    if (this.#closed) throw new ProblemError('unavailable', 'The service is about to stop; ask again.')
  }

  #start (): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      name: 'charts', resourceLimits: { maxOldGenerationSizeMb: 192 }
    })
    // Without a listener, an error of an idle thread would end the process.
    worker.on('error', () => undefined)
    worker.on('exit', () => { if (this.#worker === worker) this.#worker = undefined })
    return worker
  }

  async #end (): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

async function svgOf (worker: Worker, signal: AbortSignal): Promise<string> {
  const [reply] = await once(worker, 'message', { signal }) as [Reply]
  if ('why' in reply) throw new Error(`A chart could not be drawn: ${reply.why}`)
  return reply.svg
}

async function death (worker: Worker, signal: AbortSignal): Promise<never> {
  const [code] = await once(worker, 'exit', { signal }) as [number]
  throw new Error(`The thread that draws charts ended with code ${code}.`)
}

async function limit (seconds: number, signal: AbortSignal): Promise<never> {
  await after(seconds * 1000, undefined, { signal })
  throw new ProblemError(
    'unavailable', `This chart was not drawn within ${seconds} seconds; ask again, or for fewer periods or groups.`
  )
}
