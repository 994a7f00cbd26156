import pg from 'pg'

/** What stands between this process and Postgres, and gives each transaction of a client any of its own connections. */
export interface Pooler {
  /**
   * Whether a statement that a client has named is found again on each of them (PgBouncer from 1.21 on, with
   * max_prepared_statements). Where it is not, statements must have no names.
   */
  keepsNames: boolean
}

const NAME = 'look-for-pooler'
const EXISTS_ALREADY = '42P05'

/**
 * Says what pooler a connection goes through; undefined: none. The connection is of no use to others afterwards: throw
 * it away. A pooler answers a client itself when it connects, with a number of its own for the process that serves it.
 */
export async function lookForPooler (client: pg.ClientBase & { processID?: number }): Promise<Pooler | undefined> {
  const { rows: [backend] } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  if (backend?.pid === client.processID) return undefined
  return { keepsNames: await keepsNames(client) }
}

// Whoever keeps track of names gives statements names of its own, since two clients may use the same.
async function keepsNames (client: pg.ClientBase): Promise<boolean> {
  await client.query('BEGIN')
  try {
    await client.query({ name: NAME, text: 'SELECT 1' })
    const { rowCount } = await client.query('SELECT FROM pg_prepared_statements WHERE name = $1', [NAME])
    if (rowCount === 0) return true
    await client.query(`DEALLOCATE "${NAME}"`)
    return false
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === EXISTS_ALREADY) return false
    throw error
  } finally {
    await client.query('ROLLBACK')
  }
}
