import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { exact } from '../domain/exact.ts'
import { DEADLINES, sessionOptions } from './deadlines.ts'
import { Unreachable } from './failures.ts'
import { openProbe, type Probe } from './probe.ts'
import type { Tables } from './tables.ts'
import { countingWaits } from './waits.ts'
import { WatchedClient, type Watching } from './watched-client.ts'

/**
 * `db` for what is written with the query builder, `pool` for the few hot statements that are named and prepared.
 * Both draw on the same connections. Ingest has some of its own, `writers`: where they wait for a lock, nobody who
 * reads waits with them; and so have `downloads`, which their readers keep for as long as they take,
 * and the `probe`.
 */
export interface Database {
  db: Kysely<Tables>
  pool: pg.Pool
  writers: pg.Pool
  downloads: pg.Pool
  probe: Probe
  close: () => Promise<void>
}

interface Options {
  connectionString: string
  /** Connections at most, beside those of downloads. */
  size: number
  /** Told once of each connection that breaks, as when Postgres restarts, or goes silent; the pool replaces it. */
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
/** Downloads at once. Whoever comes then waits, as for any connection, and is told to try again. */
const DOWNLOADS = 4

/** A connection that nobody uses is kept for so long: to open one takes tens of milliseconds where others are busy. */
const IDLE_MS = 10 * 60_000

const NAME = 'local-performance-platform'
export function openDatabase ({ connectionString, size, onConnectionLost }: Options): Database {
  let closing = false
  let refused: { error: Error, at: number } | undefined
  const idle = new Set<pg.PoolClient>()
  const lost = (error: Error, client: WatchedClient): void => {
    if (closing) return
    onConnectionLost(error)
    if (error instanceof Unreachable) void replace(client)
  }
  const connections = (max: number, statementMs: number): pg.Pool => {
    const pool = new pg.Pool({
      Client: WatchedClient as unknown as new () => pg.ClientBase,
      connectionString,
      max,
      types,
      application_name: NAME,
      connectionTimeoutMillis: DEADLINES.connectMs,
      idleTimeoutMillis: IDLE_MS,
      options: sessionOptions(statementMs),
      ...{
        answerMs: statementMs + DEADLINES.marginMs,
        onLost: lost,
        onTried: (error) => { refused = error && { error, at: performance.now() } }
      } satisfies Watching
    })
    countingWaits(pool)
    pool.on('error', () => undefined) // the client has told it already
    pool.on('acquire', (client) => idle.delete(client))
    pool.on('release', (_error, client) => idle.add(client))
    pool.on('remove', (client) => idle.delete(client))
    return pool
  }
  const most = Math.max(1, Math.floor(size * WRITING))
  const [pool, writers] = [
    connections(Math.max(1, size - most), DEADLINES.statementMs), connections(most, DEADLINES.statementMs)
  ]
  // A statement lasts as long as its reader takes, who may be on a slow line; yet not for ever.
  const downloads = connections(DOWNLOADS, DEADLINES.downloadMs)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const probe = openProbe({ connectionString, application_name: `${NAME} probe` }, () => refused)

  // Where one connection has gone silent others may have too: none is found out by a request that has to wait for it.
  // The backend may hold locks and not know that nobody is there any more.
  async function replace ({ processID }: WatchedClient & { processID?: number }): Promise<void> {
    const reason = new Error('replaced: another connection has gone silent')
    for (const client of idle) (client as unknown as WatchedClient).cut(reason, true)
    await pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2',
      [processID ?? 0, NAME]
    ).catch(() => undefined)
  }

  return {
    db,
    pool,
    writers,
    downloads,
    probe,
    close: async () => {
      closing = true // a connection may still be open when its server is told to stop
      await db.destroy()
      await writers.end()
      await downloads.end()
      await probe.close()
      if (!pool.ended) await pool.end()
    }
  }
}
