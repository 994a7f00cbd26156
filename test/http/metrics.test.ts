import t from 'tap'
import { Registry } from 'prom-client'
import { serveMetrics } from '../../src/metrics-server.ts'
import { NEVER_MS, testApp } from '../support/app.ts'
import { bearer, call, event, observation, operator, personAs, release, testSource } from '../support/builders.ts'

type Samples = Map<string, number>

/** Samples by `name{label="value",…}`. */
function samplesIn (text: string): Samples {
  return new Map(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const at = line.lastIndexOf(' ')
    return [line.slice(0, at), Number(line.slice(at + 1))]
  }))
}

const secret = 'metrics-token-of-the-tests'

t.test('who may read them', async (t) => {
  const { app } = await testApp(t, undefined, { metricsToken: secret })
  const source = await testSource(app)
  const status = async (headers: Record<string, string>, url = '/metrics') =>
    (await call(app, 'GET', url, headers)).status
  t.equal(await status({}), 401)
  t.equal(await status(bearer('nonsense')), 401)
  t.equal(await status(source), 403)
  t.equal(await status(await personAs(app, { role: 'administrator', authorities: ['solihull'] })), 403)
  t.equal(await status(operator), 200)
  t.equal(await status(bearer(secret)), 200)
  t.equal(await status(bearer(secret), '/v1/tokens'), 403, 'and nothing else')
  t.equal((await call(app, 'PUT', '/v1/sources/solihull/x', bearer(secret), {})).status, 403)
})

t.test('requests, rows and refusals are counted as they were answered', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const source = await testSource(app)
  const read = async (): Promise<Samples> => samplesIn((await call(app, 'GET', '/metrics', operator)).body)
  await call(app, 'POST', '/v1/events', source, [event('1'), event('2')])
  await call(app, 'POST', '/v1/events', source, [event('1'), event('3')])
  await call(app, 'POST', '/v1/events', source, [event('4', { ward: 'nowhere' }), event('5')])
  await call(app, 'POST', '/v1/events?dry_run=true', source, [event('6')])
  await call(app, 'POST', '/v1/events', { ...source, prefer: 'handling=lenient' },
    [event('7', { ward: 'nowhere' }), event('8'), event('2', { channel: 'telephone-agent', revision: 2 })])
  await call(app, 'POST', '/v1/events', source, event('9')) // a correction folds what was pending
  await call(app, 'POST', '/v1/observations', source, observation())
  await call(app, 'GET', '/v1/series?authority=solihull&service=report-missed-bin')
  await call(app, 'GET', '/v1/series?authority=solihull&service=report-missed-bin')
  await call(app, 'GET', '/no/such/place')
  const seen = await read()
  for (const [name, value] of Object.entries({
    'lpp_requests_total{method="POST",endpoint="/v1/events",status="200"}': 5,
    'lpp_requests_total{method="POST",endpoint="/v1/events",status="422"}': 1,
    'lpp_requests_total{method="GET",endpoint="none",status="404"}': 1,
    'lpp_refusals_total{code="rows-rejected"}': 1,
    'lpp_refusals_total{code="not-found"}': 1,
    'lpp_rows_total{kind="event",outcome="stored"}': 5,
    'lpp_rows_total{kind="event",outcome="duplicate"}': 1,
    'lpp_rows_total{kind="event",outcome="revised"}': 1,
    'lpp_rows_total{kind="event",outcome="refused"}': 3,
    'lpp_rows_total{kind="observation",outcome="stored"}': 1,
    'lpp_row_errors_total{code="unknown-ward"}': 2,
    'lpp_batch_rows_count{kind="event"}': 5,
    'lpp_batch_rows_sum{kind="event"}': 10,
    lpp_ingest_lag_seconds_count: 4,
    lpp_requests_in_progress: 1,
    'lpp_cache_lookups_total{what="answers",result="hit"}': 1,
    'lpp_cache_lookups_total{what="answers",result="miss"}': 1,
    lpp_folding_pending_events: 1,
    lpp_ready: 1,
    lpp_catalogue_confirmed: 1,
    'lpp_feed_newest_day_timestamp_seconds{authority="solihull",service="report-missed-bin"}':
      Date.parse('2014-06-01') / 1000,
    'lpp_feed_late_days{authority="solihull",service="report-missed-bin"}': 0,
    'lpp_database_connections{pool="downloads",state="most"}': 4
  })) t.equal(seen.get(name), value, name)
  t.ok((seen.get('lpp_request_database_seconds_total{endpoint="/v1/events"}') ?? 0) > 0)
})

t.test('releases and late feeds', async (t) => {
  const { app, clock } = await testApp(t)
  const source = await testSource(app)
  await call(app, 'POST', '/v1/events', source, Array.from({ length: 20 }, (_, n) =>
    event(String(n), { ward: 'E05001286', occurred_at: `2014-05-${n + 8}T09:00:00Z`.replace('-8T', '-08T').replace('-9T', '-09T') })))
  await app.intake.arrivals.flush()
  await release(app)
  clock.now = Date.parse('2014-07-10T12:00:00Z')
  const seen = samplesIn((await call(app, 'GET', '/metrics', operator)).body)
  t.equal(seen.get('lpp_release_last_timestamp_seconds{kind="regular"}'), Date.parse('2014-06-10T12:00:00Z') / 1000)
  t.ok((seen.get('lpp_release_last_figures{kind="regular",what="all"}') ?? 0) > 0)
  t.equal(seen.get('lpp_feed_late_days{authority="solihull",service="report-missed-bin"}'), 44 - 2, 'daily, as its days show')
})

t.test('tokens that expire soon', async (t) => {
  const { app } = await testApp(t)
  await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] }, { days: 10 })
  await testSource(app, 'solihull/crm', { services: ['report-missed-bin'] }, { days: 300 })
  const seen = [...samplesIn((await call(app, 'GET', '/metrics', operator)).body)]
    .filter(([name]) => name.startsWith('lpp_token_expires'))
  t.equal(seen.length, 1)
  t.match(seen[0], [/role="source",owner="solihull\/bartec"/, Date.parse('2014-06-20T12:00:00Z') / 1000])
})

t.test('while the database is away what needs it is left out, and the rest is there', async (t) => {
  const { app, database } = await testApp(t)
  await database.pool.query('ALTER TABLE series_state RENAME TO gone; ALTER TABLE release RENAME TO away')
  const { status, body } = await call(app, 'GET', '/metrics', operator)
  t.equal(status, 200)
  t.match(body, /lpp_requests_total/)
  t.notMatch(body, /^lpp_feed_late_days\{/m)
})

t.test('a scrape does not wait for a database that stands still', async (t) => {
  const { app, database } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const other = await database.writers.connect()
  await other.query('BEGIN; LOCK TABLE series_state, release IN ACCESS EXCLUSIVE MODE')
  const { status, body } = await call(app, 'GET', '/metrics', operator) // the lock is given back after it alone
  t.equal(status, 200)
  t.notMatch(body, /^lpp_(feed|release)_\w+\{/m)
  t.match(body, /^lpp_ready 1$/m)
  await other.query('ROLLBACK')
  other.release()
})

t.test('on a port of its own there is no token, and nothing else', async (t) => {
  const registry = new Registry()
  const server = await serveMetrics(registry, { host: '127.0.0.1', port: 0 })
  t.teardown(server.close)
  const url = `http://127.0.0.1:${server.port}`
  t.equal((await fetch(`${url}/metrics`)).status, 200)
  t.equal((await fetch(`${url}/v1/tokens`)).status, 404)
  t.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 404)
  await t.rejects(serveMetrics(registry, { host: '127.0.0.1', port: server.port }), {
    message: /^METRICS_PORT \d+ of 127.0.0.1 cannot be listened on \(EADDRINUSE\): set it to another port/
  })
})
