import { TaskThread } from '../../threads/task-thread.ts'
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
  readonly #thread: TaskThread<AuditModel, Reply>

  constructor ({ seconds, idleSeconds = 30 }: Limits) {
    this.#thread = new TaskThread({
      module: new URL('./worker.ts', import.meta.url),
      options: { name: 'audit' },
      seconds,
      idleSeconds,
      tooSlow: () => new AuditTimeout(`The audit was not done within ${seconds} seconds.`),
      closed: () => new Error('The auditor is closed.')
    })
  }

  /** Throws `AuditTimeout`, `WrongModel`, or an Error where the thread died or the auditor is closed. */
  async audit (model: AuditModel): Promise<AuditResult> {
    const reply = await this.#thread.run(model)
    if ('wrongModel' in reply) throw new WrongModel(reply.wrongModel)
    return reply.result
  }

  /** Ends the thread; audits that are not done are rejected. */
  async close (): Promise<void> {
    await this.#thread.close()
  }
}
