import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../failure.ts'

export interface RetryOptions {
  /** Tries of one batch, the first included. */
  tries: number
  /** Of one try. */
  timeoutMs: number
}

/** Of a run, whatever it sends: a service that fails every other time does not keep it for ever. */
export const MOST_FAILED_TRIES = 500
const [FIRST_WAIT_MS, LONGEST_WAIT_MS, LONGEST_RETRY_AFTER_MS] = [500, 60_000, 600_000]

/**
 * How long to wait after so many failed tries, in milliseconds: twice as long each time, less a part by lot, so that
 * senders that failed together do not come back together.
 */
export const backOff = (failed: number, chance = Math.random()): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failed - 1)) * (0.5 + chance / 2)

/** The wait that an answer asks for, in milliseconds: seconds or a date. */
export function retryAfter (header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** What all that send at the same time share: one failed, so all wait; and no run tries for ever. */
export class Patience {
  #failed = 0
  #until = 0

  /** Waits for as long as anybody was told to. Throws what `signal` was aborted with. */
  async wait (signal: AbortSignal): Promise<void> {
    for (let left = this.#until - Date.now(); left > 0; left = this.#until - Date.now()) {
      await wait(left, undefined, { signal })
    }
    signal.throwIfAborted()
  }

  /** Notes a failed try, and answers the wait in milliseconds. Throws `Failure` where it makes no sense to go on. */
  failed (tries: number, asked: number | undefined, why: string): number {
    if (asked !== undefined && asked > LONGEST_RETRY_AFTER_MS) {
      throw new Failure(`${why}, and asks for ${Math.ceil(asked / 1000)} seconds; run the same command again then.`)
    }
    if (++this.#failed > MOST_FAILED_TRIES) throw new Failure(`${why}; ${this.#failed} tries failed in this run.`)
    const ms = Math.max(backOff(tries), asked ?? 0)
    this.#until = Math.max(this.#until, Date.now() + ms)
    return ms
  }
}
