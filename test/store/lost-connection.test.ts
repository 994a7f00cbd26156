import pg from 'pg'
import { pino } from 'pino'
import t from 'tap'
import { openApp } from '../../src/open-app.ts'
import { NEVER_MS, testDatabase } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('a lost connection is told in one line, and the request that it failed says why in its own', async (t) => {
  const { connectionString } = await testDatabase(t)
  const lines: Array<Record<string, unknown>> = []
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
  const { app, close } = await openApp({
    connectionString, poolSize: 5, operatorToken: 'secret-of-the-operator', logger, foldEveryMs: NEVER_MS
  })
  t.teardown(close)
  const holder = new pg.Client({ connectionString, application_name: 'holder' })
  await holder.connect()
  t.teardown(async () => await holder.end())
  await holder.query('BEGIN; LOCK TABLE annotation, rollup_pending IN ACCESS EXCLUSIVE MODE')
  for (const url of ['/v1/annotations', '/data/solihull-report-missed-bin/transactions-by-channel']) {
    lines.length = 0
    const answer = app.inject({ url, headers: operator })
    await waitUntil(`${url} waits for the lock, and its backend is ended`, async () => {
      const { rowCount } = await holder.query(`
        SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE NOT granted AND datname = current_database()`) // other tests use the same server
      return (rowCount ?? 0) > 0
    })
    const { statusCode, headers } = await answer
    t.equal(statusCode, 503, url)
    t.match(headers['retry-after'], /^\d+$/)
    await waitUntil('both are told', () => lines.length >= 2)
    const ofConnection = lines.filter(({ msg }) => msg === 'lost a database connection')
    const ofRequest = lines.filter(({ msg }) => msg === 'request')
    t.equal(ofConnection.length, 1, JSON.stringify(lines))
    t.match(ofRequest, [{ url, status: 503, reason: String }])
    t.same(lines.length, 2, JSON.stringify(lines))
    for (const line of lines) t.ok(JSON.stringify(line).length < 800, 'no client hangs on it')
  }
})
