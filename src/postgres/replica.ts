import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { openDatabase } from './database.ts'
import { isConnectionLost, reasonOf, Unreachable } from './failures.ts'
import { ReplicaLag } from './replica-lag.ts'
import { WatchedClient } from './watched-client.ts'

/** A standby of the primary, for those who take answers that are a little old. */
export interface Replica {
  /** Connections to it, all to the server whose lag is known. */
  pool: pg.Pool
  mostLagMs: number
  stopwatch: () => number
  /**
   * For how many ms what it shows may be old, if that is within the lag that is allowed, and if it shows all that was
   * committed up to `since`, by the stopwatch. Undefined: read from the primary.
   */
  age: (since?: number) => number | undefined
  /** How it is, for whoever runs the service; `lagMs` undefined: nobody knows. */
  state: () => ReplicaState
  /** Told what a reader of it met: one that is gone is not used until it was seen again. */
  failed: (error: unknown) => void
  close: () => Promise<void>
}

export interface ReplicaState {
  isInUse: boolean
  lagMs: number | undefined
  /** Why it is not in use. */
  why: string | undefined
}

interface Options {
  /** Of the primary, and of the replica. */
  primary: string
  connectionString: string
  /** As of the primary. */
  size: number
  mostLagMs: number
  /** Told of each connection that breaks. */
  onConnectionLost: (error: Error) => void
  /** Told when it comes into use, and when it goes out of it. */
  onChange?: (state: ReplicaState) => void
  /** Milliseconds, of whatever beginning. */
  stopwatch?: () => number
  beatMs?: number
}

/** What both have to be alike in, so that one shows what the other holds, and to whom. */
interface Likeness { system: string, database: string, role: string, schema: string, timeline: string }
interface Seen extends Likeness { started: string, lsn: string }
interface SeenPrimary extends Seen { isCluster: boolean }

const LIKENESS = `
  system_identifier::text AS system, current_user AS role, current_schema() AS schema,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database`
const STARTED = 'SELECT pg_postmaster_start_time()::text AS started'
const BYTES = (lsn: string): string => `(${lsn} - '0/0')::text AS lsn`

// What is flushed: a commit is seen by others, and acknowledged, once it is. Not what is inserted into the log, which a
// replica gets at the next flush, and so may lack for seconds while nothing is committed.
const OF_PRIMARY = `
  ${STARTED}, ${BYTES('pg_current_wal_flush_lsn()')}, ${LIKENESS},
    left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) AS timeline,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS "isCluster"
  FROM pg_control_system()`
const OF_REPLICA = `
  ${STARTED}, ${BYTES('pg_last_wal_replay_lsn()')}, ${LIKENESS}, pg_is_in_recovery() AS "isStandby",
    lpad(upper(to_hex(min_recovery_end_timeline)), 8, '0') AS timeline
  FROM pg_control_system(), pg_control_recovery()`

/** For an answer to a look: as long as the usual probe waits. */
const LIMIT_MS = 2000
const [LEAST_BEAT_MS, MOST_BEAT_MS, BEATS] = [100, 500, 10]

/**
 * Opens a replica, and looks at both servers several times within the lag that is allowed, by a connection to each.
 * What it does not know for certain makes the replica unused: it never throws.
 */
export function openReplica (options: Options): Replica {
  const { primary, connectionString, size, mostLagMs, onConnectionLost, onChange } = options
  const { stopwatch = () => performance.now() } = options
  const beatMs = options.beatMs ?? Math.min(MOST_BEAT_MS, Math.max(LEAST_BEAT_MS, mostLagMs / BEATS))
  const lag = new ReplicaLag()
  const closing = new AbortController()
  const { signal } = closing
  /** When both servers started; undefined: the replica is not known, or none of the primary's. */
  let known: { primary: string, replica: string } | undefined
  let trouble = 'it was not reached yet'
  let wasInUse: boolean | undefined

  const clients = new Set<WatchedClient>()
  const { pool, close: closePools } = openDatabase({
    connectionString,
    size,
    onConnectionLost,
    // Behind one address there may be several servers, or another one since: each is as old as it is.
    verify: async (client) => {
      const { rows: [server] } = await client.query<{ started: string }>(STARTED)
      if (server?.started !== known?.replica) throw new Unreachable(new Error('the replica is another server'))
    }
  })
  pool.on('connect', (client) => clients.add(client as unknown as WatchedClient))
  pool.on('remove', (client) => clients.delete(client as unknown as WatchedClient))
  const [eye, otherEye] = [lookingAt(primary), lookingAt(connectionString)]

  const age = (since = -Infinity): number | undefined => {
    const now = stopwatch()
    return known !== undefined && lag.upTo > since && now - lag.upTo <= mostLagMs ? now - lag.upTo : undefined
  }
  const isInUse = (): boolean => age() !== undefined
  const state = (): ReplicaState => {
    const lagMs = lag.upTo === -Infinity ? undefined : stopwatch() - lag.upTo
    if (isInUse()) return { isInUse: true, lagMs, why: undefined }
    const why = known !== undefined && lagMs !== undefined ? `it lags by more than ${mostLagMs / 1000} s` : trouble
    return { isInUse: false, lagMs, why }
  }
  const forget = (why: string): void => {
    trouble = why
    known = undefined
    lag.forget()
    // Whoever waits for one of these connections would wait for a server that may never answer.
    for (const client of clients) client.cut(new Unreachable(new Error(why)), true)
  }
  const look = async (): Promise<void> => {
    const at = stopwatch()
    const there = await eye.ask<SeenPrimary>(OF_PRIMARY).catch(() => undefined) // what is known of it grows old
    let here: Seen & { isStandby: boolean }
    try {
      here = await otherEye.ask(OF_REPLICA)
    } catch (error) {
      forget(reasonOf(error))
      return
    }
    if (known !== undefined && here.started !== known.replica) forget('it has started anew')
    if (there === undefined) {
      if (known === undefined) trouble = 'the primary does not answer'
    } else {
      const why = unlike(there, here)
      if (why !== undefined) {
        forget(why)
        return
      }
      if (known?.primary !== there.started) lag.forget()
      known = { primary: there.started, replica: here.started }
      lag.written({ at, lsn: BigInt(there.lsn) })
    }
    if (known !== undefined) lag.replayed(BigInt(here.lsn))
  }
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look()
      if (isInUse() !== wasInUse) onChange?.(state())
      wasInUse = isInUse()
      await wait(beatMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    pool,
    mostLagMs,
    stopwatch,
    age,
    state,
    failed: (error) => {
      if (isConnectionLost(error)) forget(reasonOf(error))
    },
    close: async () => {
      closing.abort()
      eye.close()
      otherEye.close()
      await running
      await closePools()
    }
  }
}

/** Why a server cannot stand for the primary; undefined: it can. */
function unlike (there: SeenPrimary, here: Likeness & { isStandby: boolean }): string | undefined {
  if (there.isCluster) return 'the database is a cluster, whose nodes have each a log of its own'
  if (!here.isStandby) return 'it is no standby: it takes writes of its own'
  if (here.system !== there.system) return 'it is a standby of another server than that of DATABASE_URL'
  if (here.database !== there.database) return 'DATABASE_REPLICA_URL names another database than DATABASE_URL'
  if (here.role !== there.role || here.schema !== there.schema) {
    return 'DATABASE_REPLICA_URL names another user or schema than DATABASE_URL'
  }
  // What a server wrote that was not promoted is in no other: positions in their logs cannot be compared.
  return here.timeline === there.timeline ? undefined : 'it does not follow the primary since that was promoted'
}

/** One connection, made anew where the one before has failed. */
function lookingAt (connectionString: string): { ask: <T>(text: string) => Promise<T>, close: () => void } {
  let current: WatchedClient | undefined
  const connected = async (): Promise<WatchedClient> => {
    if (current !== undefined) return current
    const mine = current = new WatchedClient({
      connectionString,
      application_name: 'local-performance-platform replica watch',
      connectionTimeoutMillis: LIMIT_MS,
      answerMs: LIMIT_MS
    })
    mine.once('end', () => {
      if (current === mine) current = undefined
    })
    await mine.connect()
    return mine
  }
  return {
    ask: async <T>(text: string) => {
      let asked: WatchedClient | undefined
      try {
        asked = await connected()
        return (await asked.query(text)).rows[0] as T
      } catch (error) {
        current = undefined
        asked?.end(() => undefined)
        throw error
      }
    },
    close: () => current?.cut(new Error('the service ends'), true)
  }
}
