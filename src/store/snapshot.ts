import type pg from 'pg'

/** Runs `read` in a transaction in which everything stays as it was when it began, whatever is committed meanwhile. */
export async function inSnapshot<T> (pool: pg.Pool, read: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  const client = inTurn(connection)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const result = await read(client)
    await client.query('COMMIT')
    connection.release()
    return result
  } catch (error) {
    connection.release(true) // something else may still be read with it, and must not be with what is another's by then
    throw error
  }
}

// Who reads several things at once need not know that here they follow one another; node-postgres wants one statement at a time.
function inTurn (client: pg.PoolClient): pg.ClientBase {
  let last: Promise<unknown> = Promise.resolve()
  const query = async (...statement: unknown[]): Promise<pg.QueryResult> => {
    const next = last.then(async () => await client.query(...statement as [pg.QueryConfig]))
    last = next.catch(() => undefined)
    return await next
  }
  return { query } as unknown as pg.ClientBase
}
