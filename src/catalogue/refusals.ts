import type { Kysely } from 'kysely'
import type { Tables } from '../postgres/tables.ts'
import { writeAudit, type AuditLine } from './store/audit.ts'

/** Lines that one token, or all who have none together, can cause in a minute; what is beyond them is counted. */
const MOST_A_MINUTE = 20
const MINUTE_MS = 60_000

export type Refusal = Omit<AuditLine, 'at' | 'action'>

/** What was refused to one token in a minute. */
interface Minute { start: number, refused: number, last: Refusal }

/**
 * Refused attempts in the audit trail, never a write per request without bound: after so many in a minute one line says
 * how many more there were. Answers do not wait for the lines.
 */
export class Refusals {
  readonly #db: Kysely<Tables>
  readonly #clock: () => number
  readonly #onError: (error: unknown) => void
  readonly #minutes = new Map<string, Minute>()
  readonly #timer: NodeJS.Timeout
  #written: Promise<void> = Promise.resolve()

  constructor (db: Kysely<Tables>, clock: () => number, onError: (error: unknown) => void) {
    this.#db = db
    this.#clock = clock
    this.#onError = onError
    this.#timer = setInterval(() => { this.#endMinutes() }, MINUTE_MS).unref()
  }

  /** Notes one attempt of `refusal.actor`. */
  note (refusal: Refusal): void {
    const now = this.#clock()
    const { actor } = refusal
    const known = this.#minutes.get(actor)
    if (known !== undefined && Math.abs(now - known.start) >= MINUTE_MS) this.#end(actor, known)
    const minute = this.#minutes.get(actor) ?? { start: now, refused: 0, last: refusal }
    this.#minutes.set(actor, minute)
    minute.refused++
    minute.last = refusal
    if (minute.refused <= MOST_A_MINUTE) this.#write({ ...refusal, at: new Date(now), action: 'refused' })
  }

  /** Every line of what was refused so far is written, or has failed. */
  async settled (): Promise<void> {
    await this.#written
  }

  /** Writes down what is only counted yet. */
  async close (): Promise<void> {
    clearInterval(this.#timer)
    for (const [actor, minute] of this.#minutes) this.#end(actor, minute)
    await this.#written
  }

  #endMinutes (): void {
    const now = this.#clock()
    for (const [actor, minute] of this.#minutes) {
      if (Math.abs(now - minute.start) >= MINUTE_MS) this.#end(actor, minute)
    }
  }

  #end (actor: string, { start, refused, last }: Minute): void {
    this.#minutes.delete(actor)
    const more = refused - MOST_A_MINUTE
    if (more <= 0) return
    this.#write({
      at: new Date(this.#clock()),
      actor,
      action: 'refused',
      subject: `and ${more} more`,
      detail: { more, minute_from: new Date(start).toISOString(), last: last.subject },
      authorityId: null
    })
  }

  // One after another: they would wait for one another anyway, each with a connection.
  #write (line: AuditLine): void {
    this.#written = this.#written.then(async () =>
      await this.#db.transaction().execute(async (trx) => await writeAudit(trx, line))
    ).catch(this.#onError)
  }
}
