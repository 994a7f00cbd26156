import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
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
  /**
   * Connections for what needs a session of its own, as a lock that lasts longer than a transaction: to Postgres
   * itself, where a pooler stands before the others. Elsewhere the same as `pool`.
   */
  sessions: pg.Pool
  /** Says that statements must have no names from now on, since a pooler does not keep them. */
  forgetNames: () => void
  close: () => Promise<void>
}

interface Options {
  connectionString: string
  /** The address of Postgres itself, where a pooler stands at the other. */
  listenString?: string | undefined
  /** Connections at most, beside those of downloads. */
  size: number
  /** Told once of each connection that breaks, as when Postgres restarts, or goes silent; the pool replaces it. */
  onConnectionLost: (error: Error) => void
  /** Looks at each new connection before anybody has it; what it throws ends the connection. */
  verify?: (client: pg.PoolClient) => Promise<void>
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

/** The other way round: a client whose statements are in the transaction of a query builder. */
export function clientOf (db: Kysely<Tables>): pg.ClientBase {
  const query = async ({ text, values }: pg.QueryConfig<unknown[]>) =>
    await db.executeQuery(CompiledQuery.raw(text, values ?? []))
  return { query } as unknown as pg.ClientBase
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

/** At once of those that need a session, as when raw rows leave. */
const SESSIONS = 2

/** A connection that nobody uses is kept for so long: to open one takes tens of milliseconds where others are busy. */
const IDLE_MS = 10 * 60_000

const NAME = 'local-performance-platform'
export function openDatabase ({ connectionString, listenString, size, onConnectionLost, verify }: Options): Database {
  let [closing, keepsNames] = [false, true]
  let refused: { error: Error, at: number } | undefined
  const idle = new Set<pg.PoolClient>()
  const lost = (error: Error, client: WatchedClient): void => {
    if (closing) return
    onConnectionLost(error)
    if (error instanceof Unreachable) void replace(client)
  }
  const connections = (max: number, statementMs: number, address = connectionString): pg.Pool => {
    const pool = new pg.Pool({
      Client: WatchedClient as unknown as new () => pg.ClientBase,
      connectionString: address,
      max,
      types,
      application_name: NAME,
      connectionTimeoutMillis: DEADLINES.connectMs,
      idleTimeoutMillis: IDLE_MS,
      options: sessionOptions(statementMs),
      ...verify && {
        verify: (client: pg.PoolClient, done: (error?: Error) => void) => {
          verify(client).then(() => done(), done)
        }
      },
      ...{
        answerMs: statementMs + DEADLINES.marginMs,
        onLost: lost,
        onTried: (error) => { refused = error && { error, at: performance.now() } },
        keepsNames: () => keepsNames || address !== connectionString
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
  const sessions = listenString === undefined ? pool : connections(SESSIONS, DEADLINES.statementMs, listenString)
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
    sessions,
    forgetNames: () => { keepsNames = false },
    close: async () => {
      closing = true // a connection may still be open when its server is told to stop
      await db.destroy()
      await writers.end()
      await downloads.end()
      await probe.close()
      for (const last of new Set([sessions, pool])) if (!last.ended) await last.end()
    }
  }
}
