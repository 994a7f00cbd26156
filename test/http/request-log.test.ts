import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { newSecret } from '../../src/catalogue/secret.ts'
import { testApp } from '../support/app.ts'
import { administratorOf, bearer, call, event, issueToken, OPERATOR_TOKEN, operator, put } from '../support/builders.ts'
import { logLines } from '../support/log-lines.ts'
import { waitUntil } from '../support/wait-until.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

async function logged (t: Test, settings: { trustProxy?: number } = {}) {
  const log = logLines()
  const { app, database } = await testApp(t, '2014-06-10T12:00:00Z', { logger: log.logger, ...settings })
  await put(app, '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })
  const { id, token } = await issueToken(app, 'sources/solihull/bartec')
  return { app, database, log, id, source: bearer(token), last: () => log.requests().at(-1) }
}

t.test('a batch: who sent it, what became of its rows, and why', async (t) => {
  const { app, id, source, last, log } = await logged(t, { trustProxy: 1 })
  const rows = [
    event('1'), event('2', { ward: 'E05009999' }), event('3', { channel: 'pigeon' }), event('4', { ward: 'nowhere' })
  ]
  await call(app, 'POST', '/v1/events', {
    ...source, traceparent: TRACEPARENT, 'x-request-id': 'night-7', 'x-forwarded-for': '192.0.2.7'
  }, rows)
  t.match(last(), {
    reqId: 'night-7',
    traceparent: TRACEPARENT,
    role: 'source',
    authority: 'solihull',
    source: 'bartec',
    token: id,
    client: '192.0.2.7',
    method: 'POST',
    endpoint: '/v1/events',
    status: 422,
    code: 'rows-rejected',
    rows: {
      kind: 'event', received: 4, stored: 0, rejected: 4, codes: { 'unknown-ward': 2, 'unknown-channel': 1 }
    },
    bytes_in: Buffer.byteLength(JSON.stringify(rows)),
    ms: Number,
    db_ms: Number
  })
  t.ok(last().bytes_out > 100)
  t.notMatch(log.text(), /pigeon|nowhere|E05009999/, 'no content')

  await call(app, 'POST', '/v1/events', { ...source, prefer: 'handling=lenient' }, rows)
  t.match(last().rows, { received: 4, stored: 1, rejected: 3, codes: { 'unknown-ward': 2 }, receipt: Number })
  t.equal(last().rows.lag_seconds, (Date.parse('2014-06-10T12:00:00Z') - Date.parse('2014-05-27T08:31:00+01:00')) / 1000)
  await call(app, 'POST', '/v1/events?dry_run=true', source, event('9'))
  t.match(last().rows, { received: 1, stored: 1, dry_run: true })
  await call(app, 'POST', '/v1/events', source, event('1'))
  t.match(last().rows, { stored: 0, duplicates: 1 })
  const keyed = { ...source, 'idempotency-key': 'k1' }
  for (const again of [undefined, true]) {
    await call(app, 'POST', '/v1/events', keyed, event('5'))
    t.match(last().rows, { received: 1, stored: 1 })
    t.equal(last().rows.again, again)
  }
  t.equal(log.requests().length, 8, 'one line a request, the two of the setting up included')
})

t.test('more errors than an answer lists are all counted', async (t) => {
  const { app, database, source, last } = await logged(t)
  const rows = Array.from({ length: 250 }, (_, n) => event(String(n), { ward: n < 240 ? 'nowhere' : undefined }))
  for (const prefer of ['handling=strict', 'handling=lenient']) {
    const { body } = await call(app, 'POST', '/v1/events', { ...source, prefer }, rows)
    t.equal(body.errors.length, 100)
    t.equal(body.errors_total, 240)
    t.same(last().rows.codes, { 'unknown-ward': 240 })
  }
  const { rows: [kept] } = await database.pool.query<{ n: number }>(
    'SELECT jsonb_array_length(errors) AS n FROM receipt'
  )
  t.equal(kept?.n, 100, 'and the first are kept')
})

t.test('other senders: administrators, data sets, the operator, nobody, a token that is none', async (t) => {
  const { app, last } = await logged(t)
  await call(app, 'GET', '/v1/tokens', await administratorOf(app, 'solihull', 'dudley'))
  t.match(last(), { role: 'administrator', authority: 'solihull,dudley', token: /^[0-9a-f]{16}$/ })
  await put(app, '/v1/data-sets/a/sums', {})
  const { id, token } = await issueToken(app, 'data-sets/a/sums')
  await call(app, 'POST', '/data/a/sums', { ...bearer(token), 'content-type': 'application/json' }, [{ _id: '1' }, {}])
  t.match(last(), { role: 'data-set', data_set: 'a/sums', token: id, rows: { kind: 'record', received: 2, stored: 2 } })
  await call(app, 'POST', '/data/a/sums', bearer(token), 'rubbish')
  t.match(last(), { status: 400, code: 'data-error-400', token: id })
  await call(app, 'GET', '/v1/authorities', operator)
  t.match(last(), { role: 'operator', token: 'OPERATOR_TOKEN' })
  await call(app, 'GET', '/v1/authorities')
  t.notOk('token' in last() || 'role' in last())
  await call(app, 'GET', '/v1/tokens', bearer('nonsense'))
  t.match(last(), { token: 'not valid', status: 401, code: 'unauthenticated' })
  await call(app, 'GET', '/nowhere/at/all')
  t.match(last(), { endpoint: 'none', status: 404, code: 'not-found' })
  await call(app, 'GET', '/v1/%zz')
  t.match(last(), { status: 400, code: 'invalid-request' })
})

t.test('no secret, wherever it is put', async (t) => {
  const { app, source, log } = await logged(t)
  const secret = newSecret()
  for (const [url, headers] of [
    [`/v1/events/${secret}`, source],
    [`/v1/authorities?q=${secret}`, {}],
    [`/v1/authorities?key=hunter2&${secret}=1`, {}],
    ['/v1/authorities?api%5fkey=hunter2', {}],
    [`/${secret}`, {}],
    [`/${secret}/%zz`, {}],
    [`/data/${secret}/x`, {}],
    ['/v1/authorities', { 'x-request-id': secret }],
    ['/v1/authorities', { 'x-request-id': Buffer.from(secret).toString('hex').slice(0, 64) }],
    ['/v1/authorities', { traceparent: secret }],
    ['/v1/authorities', { authorization: secret }],
    ['/v1/tokens', { authorization: `Basic ${Buffer.from(`me:${secret}`).toString('base64')}` }],
    ['/v1/tokens', { 'x-forwarded-for': secret }]
  ] as Array<[string, Record<string, string>]>) await call(app, 'GET', url, headers)
  await call(app, 'POST', '/v1/events', { ...source, 'content-type': secret }, 'x')
  await call(app, 'POST', '/v1/events', { ...source, 'idempotency-key': secret }, [{ id: secret }])
  const text = log.text()
  for (const hidden of [secret, secret.slice(4), 'hunter2', OPERATOR_TOKEN, Buffer.from(secret).toString('hex')]) {
    t.notOk(text.includes(hidden), hidden)
  }
})

t.test('a client who leaves has a line, and the database is not blamed', async (t) => {
  const { app, database, log, source } = await logged(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const authorization = `Authorization: ${source.authorization}\r\n`
  const within = connect(port, '127.0.0.1')
  await once(within, 'connect')
  within.write(`POST /v1/events HTTP/1.1\r\nHost: x\r\n${authorization}Content-Type: application/json\r\n` +
    'Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n')
  await once(within, 'data') // its body is waited for
  within.destroy()
  await waitUntil('its line is written', () => log.requests().some(({ left }) => left))
  t.match(log.requests().at(-1), { status: 499, left: true, endpoint: '/v1/events', source: 'bartec' })

  // While its answer waits for the database, which somebody else keeps busy.
  const other = await database.pool.connect()
  await other.query('BEGIN; LOCK TABLE receipt IN ACCESS EXCLUSIVE MODE')
  const waiting = connect(port, '127.0.0.1')
  await once(waiting, 'connect')
  waiting.write(`GET /v1/receipts/1 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`)
  await waitUntil('it waits', async () => {
    const { rows: [row] } = await database.pool.query<{ n: number }>(`
      SELECT count(*) AS n FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE NOT granted AND datname = current_database()`)
    return row?.n === 1
  })
  waiting.destroy()
  await waitUntil('its line is written', () => log.requests().at(-1)?.endpoint === '/v1/receipts/:id')
  await other.query('ROLLBACK')
  other.release()
  const line = log.requests().at(-1)
  t.match(line, { status: 499, left: true })
  t.ok(line.db_ms > 0)
  t.notMatch(log.text(), /unavailable|the database closed the connection/)
})

t.test('what fails says so in its own line', async (t) => {
  const { app, database, last, source } = await logged(t)
  await database.pool.query('ALTER TABLE receipt RENAME COLUMN received TO taken')
  await call(app, 'GET', '/v1/receipts/1', source)
  t.match(last(), { level: 50, status: 500, code: 'internal-error', err: { type: 'DatabaseError', code: '42703' } })
  await database.pool.query('ALTER TABLE receipt RENAME TO gone')
  await call(app, 'GET', '/v1/receipts/1', source)
  t.match(last(), { level: 40, status: 503, code: 'unavailable', reason: /a table is missing/ })
})
