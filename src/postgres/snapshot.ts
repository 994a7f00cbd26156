import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'

/** Runs `read` in a transaction in which everything stays as it was when it began, whatever is committed meanwhile. */
export async function inSnapshot<T> (pool: pg.Pool, read: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  const turns = new Turns(connection)
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await read(turns.client)
  } finally {
    // What failed may have left other reading on its way, for which somebody else may wait by now.
    await turns.over()
    const failure = await connection.query('COMMIT').then(() => undefined, (error: unknown) => error as Error)
    connection.release(failure)
  }
}

/**
 * Who reads several things at once need not know that here they follow one another; node-postgres wants one statement
 * at a time.
 */
class Turns {
  readonly client: pg.ClientBase
  #last: Promise<unknown> = Promise.resolve()

  constructor (connection: pg.PoolClient) {
    const query = async (...statement: unknown[]): Promise<pg.QueryResult> => {
      const next = this.#last.then(async () => await connection.query(...statement as [pg.QueryConfig]))
      this.#last = next.catch(() => undefined)
      return await next
    }
    this.client = { query } as unknown as pg.ClientBase
  }

  /** Resolves once nothing waits any more, nor anything that was to follow. */
  async over (): Promise<void> {
    for (let seen: unknown; seen !== this.#last;) {
      seen = this.#last
      await seen
      await setImmediate()
    }
  }
}
