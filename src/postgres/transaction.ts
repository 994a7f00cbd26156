import type { Kysely } from 'kysely'
import type pg from 'pg'
import { isWorthRetrying } from './failures.ts'
import type { Tables } from './tables.ts'

const TRIES = 5

/**
 * Runs `work` in one transaction and returns what it returns, after the commit. What is worth it (see failures.ts) is
 * tried again; whatever else is thrown rolls back and is thrown on.
 */
export async function inTransaction<T> (pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return await again(async () => {
    const client = await pool.connect()
    let failure: Error | undefined
    try {
      return await transactionOn(client, work, (broken) => { failure = broken })
    } finally {
      client.release(failure) // a connection that cannot roll back is thrown away
    }
  })
}

/**
 * For a transaction that writes a table of the coordinator beside rows of an authority, before it ends: on a cluster
 * they lie on two servers, and would else be committed one after the other. Whoever writes the audit trail has it.
 */
export async function commitAsOne (client: pg.ClientBase): Promise<void> {
  await client.query('SELECT commit_as_one()')
}

/** As `inTransaction` on a connection that the caller keeps, for one transaction after another. */
export async function inTransactionOn<T> (
  client: pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>
): Promise<T> {
  return await again(async () => await transactionOn(client, work, () => undefined))
}

async function transactionOn<T> (
  client: pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>, onBroken: (error: Error) => void
): Promise<T> {
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((broken: unknown) => { onBroken(broken as Error) })
    throw error
  }
}

/** As `inTransaction` with the query builder: settings, which two people may change at once. */
export async function inSettings<T> (db: Kysely<Tables>, work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  return await again(async () => await db.transaction().execute(work))
}

async function again<T> (run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === TRIES || !isWorthRetrying(error)) throw error
    }
  }
}
