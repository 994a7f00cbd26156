import type pg from 'pg'
import { currentTrace, ofThisRequest } from '../telemetry/request-trace.ts'

type Given = (...client: Parameters<Parameters<pg.Pool['connect']>[0]>) => void
type Connect = (given?: Given) => Promise<pg.PoolClient> | undefined

/** Counts the time that a request waits for a connection, and has its statement be its own: others give them back. */
export function countingWaits (pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as Connect
  const counting: Connect = (given) => {
    const done = currentTrace()?.waitForDatabase('connection')
    if (done === undefined) return connect(given)
    if (given === undefined) return connect()?.finally(done)
    return connect(ofThisRequest((...client: Parameters<Given>) => {
      done()
      given(...client)
    }))
  }
  pool.connect = counting as pg.Pool['connect']
}
