import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import type { Tables } from './tables.ts'

/** What draws on some of the connections of a pool. */
export interface Share { pool: pg.Pool, db: Kysely<Tables> }

/**
 * Some of the connections of a pool, for those who may ask for many at once: the others stay for those who need one.
 * Whoever comes while all are taken waits here, not in the queue of the pool.
 */
export function shareOf (pool: pg.Pool, most: number): Share {
  const waiting: Array<() => void> = []
  let taken = 0
  const take = async (): Promise<void> => {
    if (taken < most) {
      taken++
      return
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const giveBack = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }
  const connect = async (): Promise<pg.PoolClient> => {
    await take()
    try {
      const client = await pool.connect()
      const release = client.release.bind(client)
      client.release = (error) => {
        client.release = release // a second release is the pool's to refuse
        giveBack()
        release(error)
      }
      return client
    } catch (error) {
      giveBack()
      throw error
    }
  }
  const query = async (...question: Parameters<pg.Pool['query']>): Promise<unknown> => {
    await take()
    try {
      return await (pool.query as (...some: unknown[]) => Promise<unknown>).apply(pool, question)
    } finally {
      giveBack()
    }
  }
  const share = { query, connect, end: async () => undefined, options: pool.options } as unknown as pg.Pool
  return { pool: share, db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: share }) }) }
}
