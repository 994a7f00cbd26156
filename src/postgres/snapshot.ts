import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'

/** Runs `read` in a transaction in which everything stays as it was when it began, whatever is committed meanwhile. */
export async function inSnapshot<T> (pool: pg.Pool, read: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  const queue = new StatementQueue(connection)
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await read(queue.client)
  } finally {
    // A read that failed may have left other statements running: wait for them before the connection serves others.
    await queue.over()
    const failure = await connection.query('COMMIT').then(() => undefined, (error: unknown) => error as Error)
    connection.release(failure)
  }
}

/** Runs statements one after the other: callers send several at once, and node-postgres wants one at a time. */
class StatementQueue {
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

  /** Resolves once the queue is empty and no answer has made its caller send another statement. */
  async over (): Promise<void> {
    for (let seen: unknown; seen !== this.#last;) {
      seen = this.#last
      await seen
      await setImmediate()
    }
  }
}
