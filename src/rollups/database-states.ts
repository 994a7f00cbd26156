import type pg from 'pg'
import { epochOf } from '../postgres/epoch.ts'

// The snapshot of a standby names no transaction that is running: it is the same before and after the commit of one
// that is neither the oldest nor the newest of them. What it has replayed grows with every commit.
const MOMENT = `
  SELECT ${epochOf('series_state')} || ' ' || CASE WHEN pg_is_in_recovery()
    THEN pg_last_wal_replay_lsn()::text ELSE database_moment() END AS moment`

/**
 * Names the state of the whole database: two equal moments mean that no transaction of any process ended between them,
 * so every query answers alike. Only for answers that are made of a whole country: to look up the states of hundreds of
 * series costs more than to work such an answer out anew after a commit elsewhere. On a cluster it has a snapshot of
 * every node (postgres/cluster/functions.ts). Taken after the call, and shared by all who ask while the one before is
 * on its way.
 */
export class DatabaseStates {
  readonly #pool: pg.Pool
  #next: Promise<string> | undefined
  #current: Promise<unknown> = Promise.resolve()

  constructor (pool: pg.Pool) {
    this.#pool = pool
  }

  /** A caller never joins a query that was sent before it called: that one may have missed a commit meanwhile. */
  async take (): Promise<string> {
    return await (this.#next ??= this.#current.then(async () => {
      this.#next = undefined
      const query = this.#pool.query<{ moment: string }>({ name: 'moment', text: MOMENT })
      this.#current = query.catch(() => undefined)
      return (await query).rows[0]?.moment ?? ''
    }))
  }
}
