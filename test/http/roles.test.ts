import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { openApp } from '../../src/open-app.ts'
import { OPERATOR_TOKEN, testDatabase, testSource } from '../support/app.ts'
import { configure } from '../support/case.ts'
import { event, operator } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Two processes on one database, a role each. */
async function processes (t: Test): Promise<{ ingest: App, read: App }> {
  const { connectionString, database } = await testDatabase(t)
  const start = async (role: 'ingest' | 'read'): Promise<App> => {
    const { app, close } = await openApp({
      connectionString, poolSize: 5, operatorToken: OPERATOR_TOKEN, role, logger: pino({ level: 'silent' })
    })
    t.teardown(close)
    return app
  }
  const started = { ingest: await start('ingest'), read: await start('read') }
  const listener = "application_name = 'local-performance-platform listener' AND datname = current_database()"
  // After it listens, each compares its catalogue with the database's.
  await waitUntil('both listen', async () =>
    (await database.pool.query(`
      SELECT FROM pg_stat_activity WHERE ${listener} AND state = 'idle' AND query NOT LIKE 'LISTEN%' AND query <> ''`))
      .rowCount === 2)
  return started
}

const WEEK = '/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'

t.test('what one process takes the other shows at once, and each leaves the rest to the other', async (t) => {
  const { ingest, read } = await processes(t)
  const headers = await testSource(read)
  const shown = async (): Promise<number> => (await read.inject(WEEK)).json().data[0]?.values[0]?.value
  // Settings are made where they are read; the other process learns of them by notification.
  await waitUntil('the other process knows the token', async () =>
    (await ingest.inject({ url: '/v1/receipts/1', headers })).statusCode !== 401)

  for (const [n, counted] of [[1, 1], [2, 2]]) {
    const sent = await ingest.inject({ method: 'POST', url: '/v1/events', headers, payload: event(`e-${n}`) })
    t.equal(sent.statusCode, 200, sent.body)
    t.equal(await shown(), counted)
  }
  t.equal((await ingest.inject({ url: '/v1/events/e-1', headers })).statusCode, 200, 'a sender asks where it sends')

  const refused = await read.inject({ method: 'POST', url: '/v1/events', headers, payload: event('e-3') })
  t.match(refused, { statusCode: 421, headers: { 'content-type': /problem\+json/ } })
  t.match(refused.json(), { code: 'misdirected', detail: /Nothing was stored/ })
  t.equal(await shown(), 2)
  t.match((await ingest.inject(WEEK)).json(), { status: 421, code: 'misdirected' })
  const put = await ingest.inject({ method: 'PUT', url: '/v1/sources/solihull/x', headers: operator, payload: {} })
  t.equal(put.statusCode, 421)
  for (const app of [ingest, read]) {
    for (const url of ['/livez', '/readyz', '/openapi.json', '/docs', '/v1/errors/misdirected']) {
      t.equal((await app.inject(url)).statusCode, 200, url)
    }
    t.equal((await app.inject('/v1/nothing-of-the-kind')).statusCode, 404)
  }
})

t.test('whoever opens a page of the other process in a browser reads in words that it is not here', async (t) => {
  const { ingest, read } = await processes(t)
  for (const url of ['/', '/status']) {
    const page = await ingest.inject({ url, headers: { accept: 'text/html,*/*;q=0.8' } })
    t.match(page, { statusCode: 421, headers: { 'content-type': 'text/html; charset=utf-8' } }, url)
    t.match(page.body, 'Another process of this service serves this address')
    t.equal((await ingest.inject({ url, headers: { accept: '*/*' } })).json().code, 'misdirected', 'a program')
    t.equal((await read.inject({ url, headers: { accept: 'text/html' } })).statusCode, 200)
  }
  for (const app of [ingest, read]) t.equal((await app.inject('/docs/guides/kpis')).statusCode, 200)
})

t.test('so does the old dialect, in its own words', async (t) => {
  const { ingest, read } = await processes(t)
  await configure(read, [{ data_group: 'a', data_type: 'free', bearer_token: 'secret-of-roles', raw_queries_allowed: true }])
  const headers = { authorization: 'Bearer secret-of-roles', 'content-type': 'application/json' }
  const post = async (app: App) =>
    await app.inject({ method: 'POST', url: '/data/a/free', headers, payload: '[{"_id":"r-1"}]' })
  t.match(await post(read), { statusCode: 421, body: /"status":"error"/ })
  await waitUntil('the other process knows the data set and its token', async () =>
    (await post(ingest)).statusCode === 200)
  t.match((await read.inject('/data/a/free')).json(), { data: [{ _id: 'r-1' }] })
  t.equal((await ingest.inject('/data/a/free')).statusCode, 421)
})
