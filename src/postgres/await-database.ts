import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { historyOf } from './epoch.ts'
import { isWorthWaitingFor, reasonOf } from './failures.ts'
import { lookForPooler, type Pooler } from './pooler.ts'
import { refusalOf } from './refusals.ts'
import { refuseServer, refuseSettings, UnusableServer, type Server } from './server.ts'

const [LOOK_MS, SAY_EVERY_MS] = [250, 5000]

/** The database could not be used within the time that it was waited for. */
export class NotInTime extends Error {}

export interface Waiting {
  seconds: number
  signal?: AbortSignal | undefined
  /** Told at once, and every five seconds, what is waited for. */
  say: (what: string) => void
  /** In which sentence a pooler is refused. Left out: it is taken. */
  refusesPooler?: string | undefined
}

/** What answers at an address of a database. */
export interface Found {
  version: string
  /** Names the database and its server: the same by whatever address it is reached. */
  identity: string
  /** What stands between; undefined: nothing does. */
  pooler: Pooler | undefined
}

const LOOK = `
  SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
    current_setting('server_encoding') AS encoding, ${historyOf()} || '.' || pg_is_in_recovery() AS identity,
    (SELECT json_object_agg(lower(name), setting) FROM pg_settings) AS settings`

type Looked = Server & Pick<Found, 'version' | 'identity'>

/**
 * Waits until the database answers, where waiting may mend what keeps it from that. Throws `NotInTime`,
 * `UnusableServer`, or at once what waiting does not mend.
 */
export async function awaitDatabase (
  pool: pg.Pool, { seconds, signal, say, refusesPooler }: Waiting
): Promise<Found> {
  const until = performance.now() + seconds * 1000
  let sayAt = 0
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await look(pool, refusesPooler)
    } catch (error) {
      if (!isWorthWaitingFor(error) || refusalOf(error) !== undefined) throw error
      const now = performance.now()
      if (now >= until) {
        throw new NotInTime(
          `${reasonOf(error)}, for ${seconds} s by now: see to the database and to DATABASE_URL, or set ` +
            'DATABASE_WAIT to more seconds, and start again'
        )
      }
      if (now >= sayAt) {
        sayAt = now + SAY_EVERY_MS
        say(`waiting for the database: ${reasonOf(error)}`)
      }
    }
    await wait(LOOK_MS, undefined, { signal })
  }
}

async function look (pool: pg.Pool, refusesPooler: string | undefined): Promise<Found> {
  const client = await pool.connect()
  try {
    const { rows: [server] } = await client.query<Looked>(LOOK)
    if (server === undefined) throw new Error('the database does not say what it is')
    refuseServer(server)
    const pooler = await lookForPooler(client)
    if (pooler !== undefined && refusesPooler !== undefined) throw new UnusableServer(refusesPooler)
    refuseSettings(server)
    return { version: server.version, identity: server.identity, pooler }
  } finally {
    client.release(true)
  }
}
