import type pg from 'pg'
import { localDay } from '../domain/calendar.ts'
import { learnRhythm } from '../domain/rhythm.ts'
import { readDaysBefore, recordChanges } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'
import {
  FEED_KINDS, insertArrivals, putFeeds, readArrivals, readLearnt, type FeedArrival, type FeedKey, type FeedKind
} from './store/feeds.ts'

/** What the rows of a batch are about: the newest local day of each authority and service. */
export class Reach {
  readonly #newest = new Map<number, number>()

  note (authorityId: number, serviceId: number, day: number): void {
    const key = authorityId * 65_536 + serviceId
    const known = this.#newest.get(key)
    if (known === undefined || known < day) this.#newest.set(key, day)
  }

  get newest (): Array<{ authorityId: number, serviceId: number, newest: number }> {
    return [...this.#newest].map(([key, newest]) => ({
      authorityId: Math.floor(key / 65_536), serviceId: key % 65_536, newest
    }))
  }
}

const keyOf = ({ authorityId, serviceId, sourceId, kind }: FeedKey): string =>
  `${authorityId} ${serviceId} ${sourceId} ${kind}`

const FLUSH_MS = 1000
/** Up to the newest: three months show a monthly rhythm. */
const DAYS_LOOKED_AT = 120

/**
 * Remembers when rows came in of each feed, and learns its rhythm of that. It writes behind the senders and only where
 * something changed: on the first batch of a day, and where a newer day is reported. What a kill takes away the next
 * batch brings back.
 */
export class Arrivals {
  readonly #pool: pg.Pool
  readonly #flushMs: number
  readonly #onError: (error: unknown) => void
  readonly #known = new Map<string, FeedArrival>()
  #waiting = new Map<string, FeedArrival>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor (pool: pg.Pool, onError: (error: unknown) => void, flushMs = FLUSH_MS) {
    this.#pool = pool
    this.#onError = onError
    this.#flushMs = flushMs
  }

  /** For a batch that was committed. */
  note (sourceId: number, kind: FeedKind, reach: Reach, now: number): void {
    if (sourceId < 0) return // a sandbox (catalogue/sandbox.ts): it is nobody's feed
    const day = localDay(now)
    for (const one of reach.newest) {
      const key = keyOf({ ...one, sourceId, kind })
      const known = this.#known.get(key)
      if (known?.day === day && known.newest >= one.newest) continue
      const newest = Math.max(one.newest, known?.day === day ? known.newest : one.newest)
      const arrival = { ...one, sourceId, kind, day, newest }
      this.#known.set(key, arrival)
      this.#waiting.set(key, arrival)
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => { void this.flush() }, this.#flushMs).unref()
  }

  /** Writes down what was noted. */
  async flush (): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(async () => {
      if (this.#waiting.size === 0) return
      const batch = this.#waiting
      this.#waiting = new Map()
      for (const [authorityId, own] of Map.groupBy(batch.values(), (arrival) => arrival.authorityId)) {
        try {
          await this.#write(authorityId, own.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1))
        } catch (error) {
          for (const arrival of own) this.#known.delete(keyOf(arrival))
          this.#onError(error)
        }
      }
    })
    await this.#writing
  }

  async #write (authorityId: number, arrivals: readonly FeedArrival[]): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      await insertArrivals(client, authorityId, arrivals)
      const all = await readArrivals(client, authorityId, arrivals)
      const learnt = all.map((own) => learnRhythm(own))
      const young = arrivals.filter(({ kind }, i) => learnt[i] === undefined && kind === FEED_KINDS.events)
      const days = new Map((await readDaysBefore(client, young, DAYS_LOOKED_AT)).map((own, i) => [young[i], own]))
      const feeds = arrivals.map((arrival, i) => ({
        ...arrival, learnt: learnt[i] ?? learnRhythm(all[i] ?? [], days.get(arrival))
      }))
      const before = await readLearnt(client, authorityId, feeds)
      await putFeeds(client, authorityId, feeds)
      // Answers say how late a feed is: those that were made by what was known before hold no more.
      await recordChanges(client, feeds.filter(({ learnt }, i) =>
        learnt?.rhythm !== before[i]?.rhythm || learnt?.allowed !== before[i]?.allowed))
    })
  }
}
