import { Readable } from 'node:stream'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { currentTrace } from '../telemetry/request-trace.ts'
import { DEADLINES, lastingUpTo } from './deadlines.ts'
import { Unreachable } from './failures.ts'
import type { WatchedClient } from './watched-client.ts'

const BATCH = 500

/**
 * The rows of a statement, read no faster than the stream is read itself. The stream keeps a connection of the pool and
 * gives it back at once whether it ends, is destroyed, or the connection breaks, be it while nobody reads; then it
 * fails, so that its reader is told. `begin` begins the transaction that it reads in.
 */
export async function streamRows (
  pool: pg.Pool, { begin, text, values }: { begin: string, text: string, values: unknown[] }
): Promise<Readable> {
  const client = await pool.connect() as pg.PoolClient & Pick<WatchedClient, 'cut'>
  try {
    // It also finds a connection that has gone silent, before the time that sorting may take.
    await client.query(`${begin}; ${lastingUpTo(DEADLINES.downloadMs)}`)
  } catch (error) {
    client.release(true)
    throw error
  }
  const cursor = new Cursor<object>(text, values)
  client.query(cursor)
  const trace = currentTrace()
  let limit: number = DEADLINES.firstRowsMs
  let isOver = false
  const stream = new Readable({
    objectMode: true,
    highWaterMark: BATCH,
    read: () => {
      next().catch(fail)
    },
    destroy: (error, done) => {
      client.off('error', fail)
      const release = (failure?: Error | boolean): void => client.release(failure)
      if (isOver) client.query('COMMIT').then(() => release(), release)
      else release(true) // what failed or was left in the middle of its rows cannot be used again
      done(error)
    }
  })
  const fail = (error: unknown): void => {
    stream.destroy(error as Error)
  }
  client.once('error', fail)
  return stream

  async function next (): Promise<void> {
    const rows = await inTime(cursor.read(BATCH))
    limit = DEADLINES.nextRowsMs
    for (const row of rows) stream.push(row)
    isOver = rows.length === 0
    if (isOver) stream.push(null)
  }

  async function inTime<T> (work: Promise<T>): Promise<T> {
    const done = trace?.waitForDatabase('rows')
    const timer = setTimeout(() => {
      client.cut(new Unreachable(new Error(`no rows from the database for ${limit / 1000} s`)))
    }, limit)
    try {
      return await work
    } finally {
      clearTimeout(timer)
      done?.()
    }
  }
}
