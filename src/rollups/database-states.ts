import type pg from 'pg'
import { epochOf } from '../postgres/epoch.ts'

/**
 * Names the state of the whole database: two equal moments mean that no transaction of any process ended between them,
 * so every query answers alike. Only for answers that are made of a whole country: to look up the states of hundreds of
 * series costs more than to work such an answer out anew after a commit elsewhere. It holds on one Postgres only; on a
 * cluster there is a snapshot for each node (SCALE.md, section 6), whereas the state of a series is a row that is
 * written where the series is. Taken after the call, and shared by all who ask while the one before is on its way.
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
      const query = this.#pool.query<{ moment: string }>({
        name: 'moment', text: `SELECT ${epochOf('series_state')} || ' ' || pg_current_snapshot() AS moment`
      })
      this.#current = query.catch(() => undefined)
      return (await query).rows[0]?.moment ?? ''
    }))
  }
}
