import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { Worker, type WorkerOptions } from 'node:worker_threads'

export interface ThreadOf {
  /** What the thread runs. Its first message says that it has loaded; from then on it answers each message with one. */
  module: URL
  options: WorkerOptions & { name: string }
  /** How long one task may take; the queue and the thread's start do not count. */
  seconds: number
  /** How long the thread is kept for the next task. */
  idleSeconds: number
  tooSlow: () => Error
  closed: () => Error
}

/**
 * Does tasks one after the other in a thread of its own, which is started at the first, ends when it has been idle for
 * a while, and is replaced where it dies or is too slow.
 */
export class TaskThread<Task, Reply> {
  readonly #of: ThreadOf
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor (of: ThreadOf) {
    this.#of = of
  }

  get isThere (): boolean {
    return this.#worker !== undefined
  }

  /** Throws `tooSlow`, `closed`, or an Error where the thread died; the next task has a new thread then. */
  async run (task: Task): Promise<Reply> {
    const reply = this.#last.then(async () => await this.#run(task))
    this.#last = reply.catch(() => undefined)
    return await reply
  }

  /** Ends the thread; tasks that are not done are rejected. */
  async close (): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #run (task: Task): Promise<Reply> {
    this.#checkOpen()
    clearTimeout(this.#idle)
    const isNew = this.#worker === undefined
    const worker = this.#worker ??= this.#start()
    // Whoever waits for a task keeps the process alive; an idle thread does not.
    worker.ref()
    const done = new AbortController()
    const { signal } = done
    try {
      const died = this.#death(worker, signal)
      // A busy machine's slow start is no slow task.
      if (isNew) await Promise.race([once(worker, 'message', { signal }), died])
      worker.postMessage(task)
      const [reply] = await Promise.race([once(worker, 'message', { signal }), died, this.#limit(signal)]) as [Reply]
      return reply
    } catch (error) {
      await this.#end()
      this.#checkOpen()
      throw error
    } finally {
      done.abort()
      worker.unref()
      this.#idle = setTimeout(() => { void this.#end() }, this.#of.idleSeconds * 1000).unref()
    }
  }

  #checkOpen (): void {
    if (this.#closed) throw this.#of.closed()
  }

  #start (): Worker {
    const worker = new Worker(this.#of.module, this.#of.options)
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

  async #death (worker: Worker, signal: AbortSignal): Promise<never> {
    const [code] = await once(worker, 'exit', { signal }) as [number]
    throw new Error(`The thread ${this.#of.options.name} ended with code ${code}.`)
  }

  async #limit (signal: AbortSignal): Promise<never> {
    await after(this.#of.seconds * 1000, undefined, { signal })
    throw this.#of.tooSlow()
  }
}
