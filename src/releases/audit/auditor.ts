import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { WrongModel } from './check-model.ts'
import type { AuditModel, AuditResult } from './model.ts'
import type { Reply } from './worker.ts'

/** The audit took longer than it may: nothing is known of its targets. */
export class AuditTimeout extends Error {}

interface Limits {
  /** How long one audit may take; the queue and the thread's start do not count. */
  seconds: number
  /** How long the thread is kept for the next audit. The solver never gives memory back while its thread lives. */
  idleSeconds?: number
}

/** Audits models one after the other in a thread of its own, which is started at the first. */
export class Auditor {
  readonly #seconds: number
  readonly #idleSeconds: number
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor ({ seconds, idleSeconds = 30 }: Limits) {
    this.#seconds = seconds
    this.#idleSeconds = idleSeconds
  }

  /**
   * Throws `AuditTimeout`, `WrongModel`, or an Error where the thread died or the auditor is closed; the next audit has
   * a new thread then.
   */
  async audit (model: AuditModel): Promise<AuditResult> {
    const result = this.#last.then(() => this.#run(model))
    this.#last = result.catch(() => undefined)
    return await result
  }

  /** Ends the thread; audits that are not done are rejected. */
  async close (): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #run (model: AuditModel): Promise<AuditResult> {
    this.#checkOpen()
    clearTimeout(this.#idle)
    const isNew = this.#worker === undefined
    const worker = this.#worker ??= this.#start()
    // Whoever waits for an audit keeps the process alive; an idle thread does not.
    worker.ref()
    const done = new AbortController()
    try {
      const died = death(worker, done.signal)
      // Its first message says that the solver is loaded: a busy machine's slow start is no slow audit.
      if (isNew) await Promise.race([once(worker, 'message', { signal: done.signal }), died])
      worker.postMessage(model)
      return await Promise.race([resultOf(worker, done.signal), died, limit(this.#seconds, done.signal)])
    } catch (error) {
      if (!(error instanceof WrongModel)) await this.#end()
      this.#checkOpen()
      throw error
    } finally {
      done.abort()
      worker.unref()
      this.#idle = setTimeout(() => { void this.#end() }, this.#idleSeconds * 1000).unref()
    }
  }

  #checkOpen () {
    if (this.#closed) throw new Error('The auditor is closed.')
  }

  #start (): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'audit' })
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

/** Throws what the thread dies of, if that is an error. */
async function resultOf (worker: Worker, signal: AbortSignal): Promise<AuditResult> {
  const [reply] = await once(worker, 'message', { signal }) as [Reply]
  if ('wrongModel' in reply) throw new WrongModel(reply.wrongModel)
  return reply.result
}

async function death (worker: Worker, signal: AbortSignal): Promise<never> {
  const [code] = await once(worker, 'exit', { signal }) as [number]
  throw new Error(`The thread of the audit ended with code ${code}.`)
}

async function limit (seconds: number, signal: AbortSignal): Promise<never> {
  await after(seconds * 1000, undefined, { signal })
  throw new AuditTimeout(`The audit was not done within ${seconds} seconds.`)
}
