import pg from 'pg'
import type { Test } from 'tap'
import { waitUntil } from './wait-until.ts'

/**
 * Connections beside those of the app, by which a test brings writers to a standstill and sees what they hold. Nothing
 * here goes by the clock: what waits for a lock waits until it is let go.
 */
export interface ThirdParty {
  /** Runs in a transaction that stays open, with all its locks, until `letGo`. */
  hold: (statement: string, values?: unknown[]) => Promise<void>
  letGo: () => Promise<void>
  /** Waits until so many connections of the app wait for a lock. */
  untilWaiting: (connections: number) => Promise<void>
  waiting: () => Promise<number>
  /** Whether a row of a table can be locked, or a row like another one inserted, without waiting for anybody. */
  isFree: (table: string, key: object, like?: object) => Promise<boolean>
  /** Circles that Postgres has found and broken. The app tries again, so its answers do not tell. */
  deadlocks: () => Promise<number>
}

const LOCK_NOT_AVAILABLE = '55P03'

export async function thirdParty (t: Test, connectionString: string): Promise<ThirdParty> {
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    t.teardown(async () => await client.end())
    return client
  }
  const [holder, prober] = [await connect(), await connect()]
  const where = (key: object, first: number): string =>
    Object.keys(key).map((name, i) => `${name}::text = $${first + i}`).join(' AND ')
  const waiting = async (): Promise<number> => {
    const { rows: [row] } = await prober.query(`SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`)
    return row.waiting
  }
  const probe = async (statement: string, values: unknown[]): Promise<boolean> => {
    await prober.query("BEGIN; SET LOCAL lock_timeout = '250ms'") // which counts while it waits, not while it works
    try {
      await prober.query(statement, values)
      return true
    } catch (error) {
      if ((error as pg.DatabaseError).code === LOCK_NOT_AVAILABLE) return false
      throw error
    } finally {
      await prober.query('ROLLBACK')
    }
  }
  return {
    hold: async (statement, values) => {
      await holder.query('BEGIN')
      await holder.query(statement, values)
    },
    letGo: async () => {
      await holder.query('ROLLBACK')
    },
    waiting,
    untilWaiting: async (connections) => {
      await waitUntil(`${connections} wait for a lock`, async () => await waiting() === connections)
    },
    isFree: async (table, key, like) => await (like === undefined
      ? probe(`SELECT FROM ${table} WHERE ${where(key, 1)} FOR UPDATE`, Object.values(key))
      : probe(INSERT_LIKE(table, where(like, 2)), [JSON.stringify(key), ...Object.values(like)])),
    deadlocks: async () => {
      const { rows: [row] } = await prober.query('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')
      return Number(row.deadlocks)
    }
  }
}

/** Inserts a row that is another one but for the columns of $1, a JSON object. */
export const INSERT_LIKE = (table: string, where: string): string =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(known, $1::jsonb)).* FROM ${table} AS known WHERE ${where}`
