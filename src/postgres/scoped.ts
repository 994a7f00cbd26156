import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import type { Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Whose rows a request may see and write: of no authority or data set that is not named. */
export interface Scope { authorityIds?: readonly number[], dataSetIds?: readonly number[] }

/**
 * SQL that narrows the rest of a transaction to a scope. It ends with the transaction however that ends, so nothing of
 * it is left on the connection. (cluster/functions.ts has what it calls.)
 */
export const narrowTo = ({ authorityIds = [], dataSetIds = [] }: Scope): string =>
  `SELECT narrow_to('${listOf(authorityIds)}', '${listOf(dataSetIds)}')`

/** SQL that gives the rest of a transaction the rights of the service itself again. */
export const WIDEN = 'SELECT widen()'

// It stands in one text with BEGIN, which takes no parameters: what is put into it is nothing but digits and commas.
function listOf (ids: readonly number[]): string {
  for (const id of ids) if (!Number.isSafeInteger(id)) throw new TypeError(`${id} is no id`)
  return ids.join(',')
}

/**
 * Runs statements that read, each in a transaction of its own that sees nothing beyond the scope: whatever its text
 * asks for. A statement that forgets its condition finds rows of the scope, never what is another authority's.
 */
export function within (pool: pg.Pool, scope: Scope): pg.ClientBase {
  const begin = `BEGIN READ ONLY; ${narrowTo(scope)}`
  const query = async (...statement: unknown[]): Promise<pg.QueryResult> => {
    const client = await pool.connect() as Pipelining
    let failure: Error | undefined
    try {
      client.pipeline = true
      const begun = client.query(begin)
      const answer = client.query(...statement as [pg.QueryConfig])
      const ended = client.query('COMMIT')
      const [first, second, third] = await Promise.allSettled([begun, answer, ended])
      if (third.status === 'rejected') failure = third.reason as Error
      if (first.status === 'rejected') throw first.reason
      if (second.status === 'rejected') throw second.reason
      if (third.status === 'rejected') throw third.reason
      return second.value
    } finally {
      client.pipeline = false
      client.release(failure)
    }
  }
  return { query } as unknown as pg.ClientBase
}

type Pipelining = Omit<pg.PoolClient, 'pipeline'> & { pipeline: boolean }

/** Connections for requests that read: no statement runs on them before it is said which authorities it is about. */
export interface RequestPool { within: (scope: Scope) => pg.ClientBase }

export const requestPool = (pool: pg.Pool): RequestPool => ({ within: (scope) => within(pool, scope) })

/** Runs `work` in the caller's transaction within a scope, and gives the rest of it the service's own rights back. */
export async function narrowed<T> (client: pg.ClientBase, scope: Scope, work: () => Promise<T>): Promise<T> {
  await client.query(narrowTo(scope))
  const result = await work()
  await client.query(WIDEN)
  return result
}

/** The same with the query builder. */
export async function narrowedSettings<T> (trx: Kysely<Tables>, scope: Scope, work: () => Promise<T>): Promise<T> {
  await sql.raw(narrowTo(scope)).execute(trx)
  const result = await work()
  await sql.raw(WIDEN).execute(trx)
  return result
}

/** Runs `work` in a transaction of its own (transaction.ts) within a scope. */
export async function inTransactionWithin<T> (
  pool: pg.Pool, scope: Scope, work: (client: pg.PoolClient) => Promise<T>
): Promise<T> {
  return await inTransaction(pool, async (client) => await narrowed(client, scope, async () => await work(client)))
}
