import type pg from 'pg'
import { currentTrace, ofThisRequest } from '../telemetry/request-trace.ts'

type Given = (...client: Parameters<Parameters<pg.Pool['connect']>[0]>) => void
type Connect = (given?: Given) => Promise<pg.PoolClient> | undefined

/**
 * Counts the time that a request waits for a connection. Whoever gives that back runs what waits for it: its statement
 * is of the request that asked, or of none.
 */
export function countingWaits (pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as Connect
  const counting: Connect = (given) => {
    const done = currentTrace()?.waitForDatabase('connection')
    if (given === undefined) return done === undefined ? connect() : connect()?.finally(done)
    return connect(ofThisRequest((...client: Parameters<Given>) => {
      done?.()
      given(...client)
    }))
  }
  pool.connect = counting as pg.Pool['connect']
}
