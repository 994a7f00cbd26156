import type pg from 'pg'
import type { Catalogue } from '../catalogue/live.ts'
import type { Session } from '../disclosure/session.ts'
import { formatDay, localDay, localMinutes } from '../domain/calendar.ts'
import { sayOnce } from '../outbox/store/queue.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { tellOfLateFeeds } from './late-feeds.ts'
import { tellOfMissedTargets } from './missed-targets.ts'
import { tellOfRefusedBatches } from './refused-batches.ts'
import { readAsked } from './store/webhooks.ts'

export interface WatchOptions {
  pool: pg.Pool
  catalogue: Catalogue
  clock: () => number
  /** Sees what everybody sees. */
  session: Session
  /** How often to look; left out: never. */
  everyMs: number | undefined
  onError: (error: unknown) => void
}

/** Targets are looked at once a day, when figures of the day before have come: minutes after midnight in London. */
const TARGETS_AT = 6 * 60
/** Feeds become late by the day, and recover when rows come: not every look has to read all of them. */
const FEEDS_EVERY = 5

/** Looks for what webhooks tell of: late feeds, refused batches, missed targets. Releases tell of themselves. */
export class Watch {
  readonly #options: WatchOptions
  readonly #timer: NodeJS.Timeout | undefined
  #looks = 0
  #looking: Promise<void> | undefined

  constructor (options: WatchOptions) {
    this.#options = options
    const { everyMs } = options
    this.#timer = everyMs === undefined ? undefined : setInterval(() => { void this.look() }, everyMs).unref()
  }

  async look (): Promise<void> {
    this.#looking ??= this.#all().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  // One that fails keeps none of the others from being said.
  async #all (): Promise<void> {
    const { pool, catalogue: { directory }, clock, onError } = this.#options
    const now = clock()
    const isTurnOfFeeds = this.#looks++ % FEEDS_EVERY === 0
    await this.#alone('batch.refused', async (client) => await tellOfRefusedBatches(client, directory, now))
      .catch(onError)
    if (isTurnOfFeeds) {
      await this.#alone('feed.late', async (client) => await tellOfLateFeeds(pool, client, directory, now))
        .catch(onError)
    }
    if (localMinutes(now) >= TARGETS_AT) await this.#lookAtTargets(now).catch(onError)
  }

  async #lookAtTargets (now: number): Promise<void> {
    const { pool, session, catalogue: { directory } } = this.#options
    if ((await readAsked(pool, 'target.missed')).length === 0) return
    const isFirst = await inTransaction(pool, async (client) =>
      (await sayOnce(client, [`targets/${formatDay(localDay(now))}`], new Date(now))).size > 0)
    if (isFirst) await tellOfMissedTargets({ pool, session, directory, now })
  }

  /** In a transaction, where a webhook asks for it and no other process is at it. */
  async #alone (type: 'feed.late' | 'batch.refused', work: (client: pg.ClientBase) => Promise<void>): Promise<void> {
    const { pool } = this.#options
    const asked = type === 'feed.late'
      ? [...await readAsked(pool, type), ...await readAsked(pool, 'feed.recovered')]
      : await readAsked(pool, type)
    if (asked.length === 0) return
    await inTransaction(pool, async (client) => {
      const { rows: [turn] } = await client.query<{ mine: boolean }>(
        "SELECT pg_try_advisory_xact_lock(hashtext('webhooks'), hashtext($1)) AS mine", [type]
      )
      if (turn?.mine === true) await work(client)
    })
  }

  async close (): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }
}
