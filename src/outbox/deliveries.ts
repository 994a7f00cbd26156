import type { BlockList } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { HOUR_MS } from '../domain/calendar.ts'
import { post } from './post.ts'
import { signedHeaders } from './secrets.ts'
import { noteDelivered, noteFailed, takeDue, tidy, wasTakenSince, type Due } from './store/deliveries.ts'

const [SECOND, MINUTE] = [1000, 60_000]
/** Standard Webhooks 1, "Retry schedule": how long after each try that failed the next one is made. */
export const RETRIES_MS = [
  5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS
]
/** So that not all that failed together is sent again together. */
const JITTER = 0.1
/** A process that tries is taken for dead after that: longer than any try takes. */
const LEASE_MS = MINUTE
const AT_ONCE = 40
const GONE = 410
const STOP_MS = 2 * SECOND

export type Outcome = 'delivered' | 'failed' | 'given up'

export interface DeliveryOptions {
  pool: pg.Pool
  clock: () => number
  userAgent: string
  /** Makes the body to send of the one that waits: with addresses as clients reach them. */
  addressed: (body: string) => string
  /** Private networks to which webhooks may go. */
  networks: BlockList
  /** How often to look for what is due; left out: never. */
  everyMs: number | undefined
  onTried: (outcome: Outcome) => void
  onError: (error: unknown) => void
}

/** Sends what is in the outbox: every message at least once, under one id. */
export class Deliveries {
  readonly #options: DeliveryOptions
  readonly #stopping = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #sending = new Map<number, Promise<void>>()
  readonly #busy = new Map<number, number>()
  #looking: Promise<void> | undefined

  constructor (options: DeliveryOptions) {
    this.#options = options
    const { everyMs } = options
    if (everyMs === undefined) return
    this.#timers.push(
      setInterval(() => { void this.look() }, everyMs).unref(),
      setInterval(() => { void this.#tidy() }, HOUR_MS).unref()
    )
  }

  /** Begins to send all that is due; resolves when that has begun. */
  async look (): Promise<void> {
    this.#looking ??= this.#begin().catch(this.#options.onError).finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  /** Sends all that is due, and waits for it: for tests. */
  async flush (): Promise<void> {
    for (let some = true; some;) {
      await this.look()
      some = this.#sending.size > 0
      await Promise.all(this.#sending.values())
    }
  }

  async #begin (): Promise<void> {
    for (let taken = 1; taken > 0 && !this.#stopping.signal.aborted;) {
      const room = AT_ONCE - this.#sending.size
      taken = room > 0 ? await this.#take(room) : 0
    }
  }

  async #take (most: number): Promise<number> {
    const { pool, clock } = this.#options
    const now = clock()
    const due = await takeDue(pool, {
      now: new Date(now), until: new Date(now + LEASE_MS), busy: [...this.#busy.keys()], most
    })
    for (const one of due) this.#start(one)
    return due.length
  }

  #start (one: Due): void {
    const { webhookId, sequence } = one
    this.#busy.set(webhookId, (this.#busy.get(webhookId) ?? 0) + 1)
    const sending = this.#send(one).then(() => undefined, this.#options.onError).finally(() => {
      this.#sending.delete(sequence)
      const left = (this.#busy.get(webhookId) ?? 1) - 1
      if (left > 0) this.#busy.set(webhookId, left)
      else {
        this.#busy.delete(webhookId)
        if (this.#timers.length > 0 && !this.#stopping.signal.aborted) void this.look() // more of it may wait
      }
    })
    this.#sending.set(sequence, sending)
  }

  async #send (due: Due): Promise<void> {
    const { pool, clock, onTried } = this.#options
    const tried = await this.try(due)
    const at = new Date(clock())
    if (tried.error === null) {
      await noteDelivered(pool, due, tried.status ?? 0, at)
      onTried('delivered')
      return
    }
    if (this.#stopping.signal.aborted) return // whoever comes next tries again, when its time is over
    const delay = tried.status === GONE ? undefined : RETRIES_MS[due.tries - 1]
    const nextAt = delay === undefined ? null : new Date(at.getTime() + delay * (1 + JITTER * (2 * Math.random() - 1)))
    await noteFailed(pool, due, {
      at, status: tried.status, error: tried.error, nextAt, stop: await this.#whyStop(due, tried.status, nextAt)
    })
    onTried(nextAt === null ? 'given up' : 'failed')
  }

  async #whyStop ({ webhookId, madeAt }: Due, status: number | null, nextAt: Date | null): Promise<string | undefined> {
    if (status === GONE) return 'The receiver answered 410: it wants no more messages.'
    if (nextAt !== null || await wasTakenSince(this.#options.pool, webhookId, madeAt)) return undefined
    return `Nothing was taken since ${madeAt.toISOString()}, in ${RETRIES_MS.length + 1} tries.`
  }

  /** Sends a message once; notes nothing of it. */
  async try (
    { id, url, body: waiting, secrets }: Pick<Due, 'id' | 'url' | 'body' | 'secrets'>
  ): Promise<{ status: number | null, error: string | null }> {
    const { clock, networks, userAgent, addressed } = this.#options
    try {
      const body = addressed(waiting)
      const status = await post({
        url,
        headers: {
          'content-type': 'application/json',
          'user-agent': userAgent,
          ...await signedHeaders({ id, body, secrets }, clock())
        },
        body,
        networks,
        signal: this.#stopping.signal
      })
      if (status >= 200 && status < 300) return { status, error: null }
      return {
        status, error: `it answered ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`
      }
    } catch (error) {
      return { status: null, error: (error as Error).message }
    }
  }

  async #tidy (): Promise<void> {
    const { pool, clock, onError } = this.#options
    await tidy(pool, new Date(clock())).catch(onError)
  }

  /** What is on its way may end for a moment; what is cut then is sent again, under the same id. */
  async close (): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const all = (): Promise<unknown> => Promise.all([this.#looking, ...this.#sending.values()])
    if (this.#sending.size > 0) await Promise.race([all(), wait(STOP_MS, undefined, { ref: false })])
    this.#stopping.abort(new Error('the service stops'))
    await all()
  }
}
