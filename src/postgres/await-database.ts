import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { isWorthWaitingFor, reasonOf } from './failures.ts'
import { refuseServer, type Server } from './server.ts'

const [LOOK_MS, SAY_EVERY_MS] = [250, 5000]

/** The database could not be used within the time that it was waited for. */
export class NotInTime extends Error {}

export interface Waiting {
  seconds: number
  signal?: AbortSignal | undefined
  /** Told at once, and every five seconds, what is waited for. */
  say: (what: string) => void
}

// `client_connection_check_interval` is one of the settings that every connection asks for, and that nothing else sets.
const LOOK = `
  SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
    current_setting('server_encoding') AS encoding,
    current_setting('client_connection_check_interval') = '5s' AS "hasSettings"`

/**
 * Waits until the database answers, where waiting may mend what keeps it from that, and resolves with its version.
 * Throws `NotInTime`, `UnusableServer`, or at once what waiting does not mend.
 */
export async function awaitDatabase (pool: pg.Pool, { seconds, signal, say }: Waiting): Promise<string> {
  const until = performance.now() + seconds * 1000
  let sayAt = 0
  for (;;) {
    signal?.throwIfAborted()
    try {
      const { rows: [server] } = await pool.query<Server & { version: string }>(LOOK)
      if (server === undefined) throw new Error('the database does not say what it is')
      refuseServer(server)
      return server.version
    } catch (error) {
      if (!isWorthWaitingFor(error)) throw error
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
