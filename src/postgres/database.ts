import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { exact } from '../domain/exact.ts'
import type { Tables } from './tables.ts'

/**
 * `db` for what is written with the query builder, `pool` for the few hot statements that are named and prepared.
 * Both draw on the same connections. Ingest has some of its own, `writers`: where they wait for a lock, nobody who
 * reads waits with them; and so have `downloads`, which their readers keep for as long as they take.
 */
export interface Database {
  db: Kysely<Tables>
  pool: pg.Pool
  writers: pg.Pool
  downloads: pg.Pool
  close: () => Promise<void>
}

interface Options {
  connectionString: string
  /** Connections at most, beside those of downloads. */
  size: number
  /**
   * Told of connections that break while no statement runs on them, as when Postgres restarts; the pool replaces them.
   */
  onConnectionLost: (error: Error) => void
}

/**
 * The query builder on a client that somebody else holds, so that its statements are in the transaction of that client.
 */
export function queryBuilderOn (client: pg.ClientBase): Kysely<Tables> {
  const connection = { query: client.query.bind(client), release: () => undefined }
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => connection as unknown as pg.PoolClient, end: async () => undefined
      } as unknown as pg.Pool
    })
  })
}

const { builtins } = pg.types
// Sums and counts arrive as bigint or numeric. Every figure here lies far below 2^53, and a JSON number is what clients
// want; should one not, the answer is refused, not rounded.
const toNumber = (text: string): number => {
  const value = Number(text)
  return Number.isInteger(value) ? exact(value) : value
}
const types = new pg.TypeOverrides()
types.setTypeParser(builtins.INT8, toNumber)
types.setTypeParser(builtins.NUMERIC, toNumber)
// A local day is no instant: a JavaScript Date would shift it.
types.setTypeParser(builtins.DATE, (text: string) => text)

/** The share of the connections that ingest has. */
const WRITING = 0.4
/** Downloads at once. Whoever comes then waits for ten seconds, as for any connection, and is told to try again. */
const DOWNLOADS = 4

export function openDatabase ({ connectionString, size, onConnectionLost }: Options): Database {
  let closing = false
  const lost = (error: Error): void => {
    if (!closing) onConnectionLost(error)
  }
  const connections = (max: number, statementTimeout: string): pg.Pool => {
    const pool = new pg.Pool({
      connectionString,
      max,
      types,
      application_name: 'local-performance-platform',
      connectionTimeoutMillis: 10_000,
      // A lock that is never released must not hold requests for ever.
      // Compiling a statement costs more than any here saves by it.
      options:
        `-c timezone=UTC -c jit=off -c lock_timeout=30s -c statement_timeout=${statementTimeout} -c ` +
          'idle_in_transaction_session_timeout=60s'
    })
    pool.on('error', lost)
    // The pool listens to idle clients alone: one that breaks between two statements of a transaction would end the
    // process.
    pool.on('connect', (client) => client.on('error', lost))
    return pool
  }
  const most = Math.max(1, Math.floor(size * WRITING))
  const [pool, writers] = [connections(Math.max(1, size - most), '60s'), connections(most, '60s')]
  // A statement lasts as long as its reader takes, who may be on a slow line; yet not for ever.
  const downloads = connections(DOWNLOADS, '30min')
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    writers,
    downloads,
    close: async () => {
      closing = true // a connection may still be open when its server is told to stop
      await db.destroy()
      await writers.end()
      await downloads.end()
      if (!pool.ended) await pool.end()
    }
  }
}
