import type pg from 'pg'
import { nodesAway, type NodeAway } from './cluster/nodes-away.ts'
import { reasonOf } from './failures.ts'
import { WatchedClient } from './watched-client.ts'

/** Well below the seconds after which the usual probes give up. */
const LIMIT_MS = 2000
/** Probes that come faster than that share an answer. */
const SHARED_MS = 1000
/** For so long a failure to connect counts, unless one succeeds. */
const REFUSED_MS = 5000

export interface Answer {
  /** In words; undefined: nothing is. */
  wrong: string | undefined
  /** What is there of the database answers all the same for the other authorities. */
  away: readonly NodeAway[]
}

/**
 * Says whether the database takes what the service asks of it. It has a connection of its own, so that it waits for
 * nobody, and says what is so when all others are taken.
 */
export interface Probe {
  ask: () => Promise<Answer>
  close: () => Promise<void>
}

// Writers need a server that is not read-only and has room on its disk: a sort that is larger than its memory writes a
// file of some hundred kilobytes there, and leaves nothing behind, neither in a table nor in the log.
// The settings are the transaction's, which a pooler passes on.
const ASK = `
  SET LOCAL work_mem = '64kB'; SET LOCAL jit = off;
  SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", pg_is_in_recovery() AS "isStandby",
    (SELECT count(*) FROM (SELECT n FROM generate_series(1, 20000) AS n ORDER BY -n OFFSET 0) AS sorted) AS sorted`

interface State { isReadOnly: boolean, isStandby: boolean }

/** `refused`: when a connection for others was last refused since one was made, and why. */
export function openProbe (
  config: pg.ClientConfig, refused: () => { error: Error, at: number } | undefined, now = () => performance.now()
): Probe {
  let client: WatchedClient | undefined
  let current: Promise<Answer> | undefined
  let freshUntil = -Infinity

  const connected = async (): Promise<WatchedClient> => {
    if (client !== undefined) return client
    const mine = new WatchedClient({ ...config, connectionTimeoutMillis: LIMIT_MS, answerMs: LIMIT_MS })
    client = mine
    mine.once('end', () => {
      if (client === mine) client = undefined
    })
    await mine.connect()
    return mine
  }
  const wrong = (what: string): Answer => ({ wrong: what, away: [] })
  const askOnce = async (): Promise<Answer> => {
    let asked: WatchedClient | undefined
    try {
      asked = await connected()
      const last = refused()
      const answers = await asked.query(ASK) as unknown as Array<pg.QueryResult<State>>
      const state = answers.at(-1)?.rows[0]
      if (state?.isStandby === true) return wrong('the database is a standby, which is read-only')
      if (state?.isReadOnly === true) return wrong('the database is read-only')
      if (last !== undefined && now() - last.at < REFUSED_MS) {
        return wrong(`connections are refused: ${reasonOf(last.error)}`)
      }
      return { wrong: undefined, away: await nodesAway(asked) }
    } catch (error) {
      asked?.end(() => undefined)
      client = undefined
      return wrong(reasonOf(error))
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
