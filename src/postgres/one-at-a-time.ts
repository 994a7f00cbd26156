import type pg from 'pg'

/**
 * Does work that one process of the database does at a time, on a connection of its own. Returns undefined where
 * another is at it.
 */
export async function oneAtATime<T> (
  pool: pg.Pool, name: string, work: (client: pg.PoolClient) => Promise<T>
): Promise<T | undefined> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    const { rows: [lock] } = await client.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_lock(hashtext($1), 0) AS mine', [name]
    )
    if (lock?.mine !== true) return undefined
    const done = await work(client)
    await client.query('SELECT pg_advisory_unlock(hashtext($1), 0)', [name])
    return done
  } catch (error) {
    failure = error as Error // the lock ends with the connection
    throw error
  } finally {
    client.release(failure)
  }
}
