import type pg from 'pg'
import { reasonOf } from './failures.ts'
import { WatchedClient } from './watched-client.ts'

/** Well below the seconds after which the usual probes give up. */
const LIMIT_MS = 2000
/** Probes that come faster than that share an answer. */
const SHARED_MS = 1000
/** For so long a failure to connect counts, unless one succeeds. */
const REFUSED_MS = 5000

/**
 * Says whether the database takes what the service asks of it. It has a connection of its own, so that it waits for
 * nobody, and says what is so when all others are taken.
 */
export interface Probe {
  /** What is wrong, in words; undefined: nothing. */
  ask: () => Promise<string | undefined>
  close: () => Promise<void>
}

// Writers need a server that is not read-only and has room on its disk: a sort that is larger than its memory writes a
// file of some hundred kilobytes there, and leaves nothing behind, neither in a table nor in the log.
const ASK = `
  SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", pg_is_in_recovery() AS "isStandby",
    (SELECT count(*) FROM (SELECT n FROM generate_series(1, 20000) AS n ORDER BY -n OFFSET 0) AS sorted) AS sorted`
const SMALL_MEMORY = '-c work_mem=64kB -c jit=off'

/** `refused`: when a connection for others was last refused since one was made, and why. */
export function openProbe (
  config: pg.ClientConfig, refused: () => { error: Error, at: number } | undefined, now = () => performance.now()
): Probe {
  let client: WatchedClient | undefined
  let current: Promise<string | undefined> | undefined
  let freshUntil = -Infinity

  const connected = async (): Promise<WatchedClient> => {
    if (client !== undefined) return client
    const mine = new WatchedClient({
      ...config, options: SMALL_MEMORY, connectionTimeoutMillis: LIMIT_MS, answerMs: LIMIT_MS
    })
    client = mine
    mine.once('end', () => {
      if (client === mine) client = undefined
    })
    await mine.connect()
    return mine
  }
  const askOnce = async (): Promise<string | undefined> => {
    let asked: WatchedClient | undefined
    try {
      asked = await connected()
      const last = refused()
      const { rows: [state] } = await asked.query<{ isReadOnly: boolean, isStandby: boolean }>(ASK)
      if (state?.isStandby === true) return 'the database is a standby, which is read-only'
      if (state?.isReadOnly === true) return 'the database is read-only'
      return last !== undefined && now() - last.at < REFUSED_MS
        ? `connections are refused: ${reasonOf(last.error)}`
        : undefined
    } catch (error) {
      asked?.end(() => undefined)
      client = undefined
      return reasonOf(error)
    } finally {
      freshUntil = now() + SHARED_MS
    }
  }
  return {
    ask: async () => {
      if (current === undefined || now() >= freshUntil) {
        freshUntil = Infinity
        current = askOnce()
      }
      return await current
    },
    close: async () => {
      await client?.end()
    }
  }
}
