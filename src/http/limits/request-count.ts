import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible'
import { RATE_SECONDS } from '../../domain/rate-limits.ts'

/** The table of what instances tell one another. */
const TABLE = 'rate_limit_count'
/** Instances tell one another of every hundredth part of a limit that a client used: few statements, a small error. */
const TOLD_PARTS = 100
/** Statements under way at most, so that a database that does not answer is left alone. */
const MOST_TELLING = 4
const MOST_CLIENTS = 10_000

export interface Counted {
  isOver: boolean
  remaining: number
  /** Seconds until the count begins anew. */
  seconds: number
}

export interface Sharing { pool: pg.Pool, onError: (error: unknown) => void }

/** What this instance has told of a client, and heard. */
interface Told { untold: number, told: number, heard: number, isTelling: boolean }

/**
 * Counts the requests of each client over ten seconds. With `sharing`, other instances' requests count too, a moment
 * later: a request never waits for the database, and without one each instance counts for itself.
 */
export class RequestCount {
  readonly #limit: number
  readonly #own: RateLimiterMemory
  readonly #all: RateLimiterPostgres | undefined
  readonly #sharing: Sharing | undefined
  readonly #told = new LRUCache<string, Told>({ max: MOST_CLIENTS, ttl: RATE_SECONDS * 1000 })
  #telling = 0

  constructor (name: string, limit: number, sharing?: Sharing) {
    this.#limit = limit
    const options = { keyPrefix: name, points: limit, duration: RATE_SECONDS }
    this.#own = new RateLimiterMemory(options)
    this.#sharing = sharing
    this.#all = sharing && new RateLimiterPostgres({
      ...options, storeClient: sharing.pool, storeType: 'pool', tableName: TABLE, tableCreated: true
    })
  }

  async count (client: string): Promise<Counted> {
    const { consumedPoints, msBeforeNext } = await this.#own.penalty(client)
    if (this.#all !== undefined) this.#note(client, this.#all)
    return {
      isOver: consumedPoints > this.#limit,
      remaining: Math.max(0, this.#limit - consumedPoints),
      seconds: Math.max(1, Math.ceil(msBeforeNext / 1000))
    }
  }

  #note (client: string, all: RateLimiterPostgres): void {
    const note = this.#told.get(client) ?? { untold: 0, told: 0, heard: 0, isTelling: false }
    if (note.untold++ === 0) this.#told.set(client, note)
    if (note.isTelling || note.untold < this.#limit / TOLD_PARTS || this.#telling >= MOST_TELLING) return
    void this.#tell(client, note, all)
  }

  async #tell (client: string, note: Told, all: RateLimiterPostgres): Promise<void> {
    note.isTelling = true
    this.#telling++
    const points = note.untold
    note.untold = 0
    try {
      const { consumedPoints, isFirstInDuration } = await all.penalty(client, points)
      if (isFirstInDuration) Object.assign(note, { told: 0, heard: 0 })
      note.told += points
      const others = Math.max(0, consumedPoints - note.told)
      if (others > note.heard) await this.#own.penalty(client, others - note.heard)
      note.heard = others
    } catch (error) {
      this.#sharing?.onError(error)
    } finally {
      note.isTelling = false
      this.#telling--
    }
  }
}
