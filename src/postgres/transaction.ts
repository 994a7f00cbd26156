import type pg from 'pg'
import { isWorthRetrying } from './failures.ts'

const TRIES = 5

/**
 * Runs `work` in one transaction and returns what it returns, after the commit. What is worth it (see failures.ts) is
 * tried again; whatever else is thrown rolls back and is thrown on.
 */
export async function inTransaction<T> (pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let failure: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((broken: unknown) => { failure = broken as Error })
      if (attempt === TRIES || !isWorthRetrying(error)) throw error
    } finally {
      client.release(failure) // a connection that cannot roll back is thrown away
    }
  }
}
