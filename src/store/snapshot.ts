import type pg from 'pg'

/** Runs `read` in a transaction in which everything stays as it was when it began, whatever is committed meanwhile. */
export async function inSnapshot<T> (pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const result = await read(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    client.release(true) // something else may still be read with it, and must not be with what is another's by then
    throw error
  }
}
