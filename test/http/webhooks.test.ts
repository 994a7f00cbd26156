import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { RETRIES_MS } from '../../src/outbox/deliveries.ts'
import { MOST_WAITING } from '../../src/outbox/store/queue.ts'
import { NEVER_MS, testApp, type TestApp } from '../support/app.ts'
import { administratorOf, call, event, get, operator, put, release, send, testSource } from '../support/builders.ts'
import { isSigned, receiver, verify } from '../support/receiver.ts'

const LOOPBACK = { networks: ['127.0.0.0/8'] }
const HOUR = 3_600_000

async function started (t: Test, now = '2014-06-10T12:00:00Z'): Promise<TestApp> {
  return await testApp(t, now, { webhooks: LOOPBACK, foldEveryMs: NEVER_MS })
}

async function hook (app: TestApp['app'], url: string, more: object = {}, headers = operator) {
  const { status, body } = await call(app, 'PUT', '/v1/webhooks/alerts', headers, { url, events: ['release.made'], ...more })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body
}

const last = async (app: TestApp['app']) => (await get(app, '/v1/webhooks/alerts/deliveries', operator)).data[0]

/** Something that makes a release of Solihull, and so a message. */
async function makeRelease ({ app, clock }: TestApp, n = 0): Promise<void> {
  const source = await testSource(app)
  const day = new Date(clock.now - 50 * 24 * HOUR - n * 86_400_000).toISOString().slice(0, 10)
  await send(app, 'events', source, Array.from({ length: 20 }, (_, i) =>
    event(`r${n}-${i}`, { ward: 'E05001286', occurred_at: `${day}T09:00:00Z` })))
  const made = await release(app)
  if (made.length !== 1) throw new Error(`${made.length} releases`)
}

t.test('a message is signed, thin, and delivered once', async (t) => {
  const world = await started(t)
  const { app, database: { pool } } = world
  const { url, got } = await receiver(t)
  const { secret } = await hook(app, url, { authorities: ['solihull'], services: ['report-missed-bin'] })
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  await makeRelease(world)
  t.equal(got.length, 0, 'not within the request')
  await app.webhooks.deliveries.flush()
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 1)
  const [message] = got
  t.ok(isSigned(secret, message!))
  t.notOk(isSigned(`whsec_${Buffer.alloc(32).toString('base64')}`, message!))
  t.match(message!.body, {
    type: 'release.made',
    timestamp: new Date(world.clock.now).toISOString(),
    data: { authority: 'solihull', service: 'report-missed-bin', kind: 'regular', links: { releases: String } }
  })
  t.match(await last(app), { id: message!.id, state: 'delivered', tries: 1, status: 204, error: null, next_try_at: null })
  t.match(await get(app, '/v1/webhooks/alerts', operator), { waiting: 0, failing_since: null, last_error: null })
  const { rows } = await pool.query("SELECT detail::text || subject AS line FROM audit WHERE action LIKE '%webhook%'")
  t.ok(rows.length === 1 && !rows[0].line.includes('whsec_'), 'audited, without the secret')
  for (const path of ['/v1/webhooks', '/v1/webhooks/alerts', '/v1/webhooks/alerts/deliveries']) {
    t.notMatch(JSON.stringify(await get(app, path, operator)), /whsec_/)
  }
})

t.test('others are not told', async (t) => {
  const world = await started(t)
  const { app } = world
  const { url, got } = await receiver(t)
  for (const [name, more] of Object.entries({
    elsewhere: { authorities: ['leeds'] },
    another: { services: ['pay-council-tax'] },
    off: { enabled: false },
    other: { events: ['feed.late'] }
  })) await put(app, `/v1/webhooks/${name}`, { url, events: ['release.made'], ...more })
  await makeRelease(world)
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 0)
})

t.test('a receiver that is down is tried again, under the same id, as Standard Webhooks says', async (t) => {
  const world = await started(t)
  const { app, clock } = world
  let up = false
  const { url, got } = await receiver(t, (_got, response) => { response.writeHead(up ? 200 : 503).end() })
  await hook(app, url)
  await makeRelease(world)
  for (const [i, delay] of RETRIES_MS.slice(0, 3).entries()) {
    await app.webhooks.deliveries.flush()
    t.equal(got.length, i + 1)
    const { state, next_try_at: next, status, error, tries } = await last(app)
    t.match({ state, status, error, tries }, { state: 'waiting', status: 503, error: 'it answered 503', tries: i + 1 })
    const waits = Date.parse(next) - clock.now
    t.ok(waits >= delay * 0.9 && waits <= delay * 1.1, `${waits} of ${delay}`)
    clock.now += delay * 0.85
    await app.webhooks.deliveries.flush()
    t.equal(got.length, i + 1, 'not before its time')
    clock.now += delay * 0.3
  }
  up = true
  await app.webhooks.deliveries.flush()
  t.equal(new Set(got.map(({ id }) => id)).size, 1)
  t.match(await last(app), { state: 'delivered', tries: 4, status: 200, error: null })
  t.match(await get(app, '/v1/webhooks/alerts', operator), { enabled: true, failing_since: null })
})

t.test('one that takes nothing for days is turned off, with a note; turned on, it goes on', async (t) => {
  const world = await started(t)
  const { app, clock } = world
  const { url, got } = await receiver(t, (_got, response) => { response.writeHead(500).end() })
  await hook(app, url)
  await makeRelease(world)
  for (const delay of [0, ...RETRIES_MS]) {
    clock.now += delay * 1.2
    await app.webhooks.deliveries.flush()
  }
  t.equal(got.length, RETRIES_MS.length + 1)
  t.match(await last(app), { state: 'failed', tries: 10, next_try_at: null })
  t.match(await get(app, '/v1/webhooks/alerts', operator), {
    enabled: false, note: /^Nothing was taken since .* in 10 tries\.$/, last_error: 'it answered 500', failing_since: String
  })
  clock.now += 48 * HOUR
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 10)
  const again = await put(app, '/v1/webhooks/alerts', { url, events: ['release.made'] })
  t.match(again, { enabled: true, note: null, failing_since: null })
  t.notOk('secret' in again, 'the secret is shown once')
})

t.test('410 turns it off at once', async (t) => {
  const world = await started(t)
  const { app } = world
  const { url } = await receiver(t, (_got, response) => { response.writeHead(410).end() })
  await hook(app, url)
  await makeRelease(world)
  await app.webhooks.deliveries.flush()
  t.match(await get(app, '/v1/webhooks/alerts', operator), { enabled: false, note: /410/, waiting: 0 })
})

t.test('redirects are not followed, endless answers not read', async (t) => {
  const world = await started(t)
  const { app } = world
  const other = await receiver(t)
  let answers = 0
  const { url } = await receiver(t, (_got, response) => {
    if (answers++ === 0) response.writeHead(302, { location: other.url }).end()
    else {
      response.writeHead(200)
      const more = (): void => { while (response.write('x'.repeat(65_536)) && !response.destroyed); }
      response.on('drain', more)
      more()
    }
  })
  await hook(app, url)
  const test = async () => (await call(app, 'POST', '/v1/webhooks/alerts/test', operator)).body
  t.match(await test(), { type: 'webhook.test', state: 'failed', status: 302, error: /redirects are not followed/, next_try_at: null })
  t.equal(other.got.length, 0)
  t.match(await test(), { state: 'delivered', status: 200 })
})

t.test('a receiver that never answers holds up no other, nor a stop', async (t) => {
  const world = await started(t)
  const { app } = world
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => silent.close())
  await hook(app, `http://127.0.0.1:${(silent.address() as any).port}/`)
  const { url, got } = await receiver(t)
  await put(app, '/v1/webhooks/good', { url, events: ['release.made'] })
  await makeRelease(world)
  await app.webhooks.deliveries.look()
  while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await app.close()
  t.pass('closed while one is on its way')
})

t.test('a process that dies between outbox and delivery loses nothing', async (t) => {
  const world = await started(t)
  const { app, clock, database: { pool } } = world
  const { url, got } = await receiver(t)
  await hook(app, url)
  await makeRelease(world)
  // Taken by a process that is gone: as its lease says.
  await pool.query("UPDATE webhook_message SET next_at = next_at + interval '60 s', tries = 1")
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 0, 'another may be at it')
  clock.now += 61_000
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 1)
})

t.test('two processes share the work without doubles', async (t) => {
  const world = await started(t)
  const { app } = world
  const other = await import('../../src/app.ts')
  const { pino } = await import('pino')
  const second = await other.buildApp({
    database: world.database,
    catalogue: world.catalogue,
    clock: () => world.clock.now,
    operatorToken: undefined,
    logger: pino({ level: 'silent' }),
    webhooks: LOOPBACK,
    foldEveryMs: NEVER_MS
  })
  t.teardown(async () => await second.close())
  const { url, got } = await receiver(t)
  await hook(app, url)
  const at = new Date(world.clock.now)
  await world.database.pool.query(`
    INSERT INTO webhook_message (id, webhook_id, type, body, made_at, next_at)
    SELECT 'msg_' || n, webhook.id, 'release.made', '{}', $1, $1 FROM webhook, generate_series(1, 60) AS n`, [at])
  await Promise.all([app.webhooks.deliveries.flush(), second.webhooks.deliveries.flush()])
  await app.webhooks.deliveries.flush()
  t.equal(got.length, 60)
  t.equal(new Set(got.map(({ id }) => id)).size, 60)
})

t.test('rotation: both secrets sign for a day', async (t) => {
  const { app, clock } = await started(t, new Date().toISOString()) // the receiver's library takes no old message
  const { url, got } = await receiver(t)
  const { secret } = await hook(app, url)
  const { status, body: fresh } = await call(app, 'POST', '/v1/webhooks/alerts/secrets', operator)
  t.equal(status, 201)
  t.equal(Date.parse(fresh.earlier_until) - clock.now, 24 * HOUR)
  await call(app, 'POST', '/v1/webhooks/alerts/test', operator)
  for (const one of [secret, fresh.secret]) t.same(verify(one, got[0]!), got[0]!.body)
  t.throws(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, got[0]!))
  clock.now += 24 * HOUR + 1
  await call(app, 'POST', '/v1/webhooks/alerts/test', operator)
  t.equal(String(got[1]!.headers['webhook-signature']).split(' ').length, 1)
})

t.test('private addresses are refused, unless the configuration names them', async (t) => {
  const { app } = await testApp(t)
  for (const url of [
    'http://127.0.0.1/', 'https://127.0.0.1/', 'https://localhost/', 'https://10.1.2.3/', 'https://[::1]/', 'https://192.168.0.1/',
    'https://169.254.169.254/latest', 'https://[::ffff:127.0.0.1]/', 'https://[fd00::1]/', 'https://0x7f000001/', 'https://2130706433/',
    'https://0/', 'https://[64:ff9b::7f00:1]/', 'https://[2002:7f00:1::]/', 'http://example.org/', 'ftp://example.org/',
    'https://user:pass@example/', 'nonsense'
  ]) {
    const { status, body } = await call(app, 'PUT', '/v1/webhooks/x', operator, { url, events: ['feed.late'] })
    t.match({ status, code: body.code }, { status: 400, code: 'invalid-request' }, url)
  }
  await put(app, '/v1/webhooks/x', { url: 'https://8.8.8.8/', events: ['feed.late'] })
})

t.test('a name is looked up when it is sent to', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const { url, got } = await receiver(t)
  await put(app, '/v1/webhooks/x', { url: 'https://example.org/', events: ['feed.late'] })
  await pool.query('UPDATE webhook SET url = $1', [url.replace('127.0.0.1', 'localhost')])
  const { body } = await call(app, 'POST', '/v1/webhooks/x/test', operator)
  t.match(body, { state: 'failed', status: null, error: /localhost is no address of the internet/ })
  t.equal(got.length, 0)
})

t.test('what waits for one receiver is bounded', async (t) => {
  const world = await started(t)
  const { app, database: { pool } } = world
  await hook(app, 'http://127.0.0.1:9/')
  await pool.query(`
    INSERT INTO webhook_message (id, webhook_id, type, body, made_at, next_at)
    SELECT 'm' || n, webhook.id, 'release.made', '{}', now(), now() FROM webhook, generate_series(1, ${MOST_WAITING}) AS n`)
  await makeRelease(world)
  t.match(await get(app, '/v1/webhooks/alerts', operator), { waiting: MOST_WAITING, dropped: 1 })
})

t.test('who may set them', async (t) => {
  const { app } = await testApp(t)
  const [solihull, leeds] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'leeds')]
  const body = { url: 'https://example.org/a', events: ['feed.late'] }
  t.match(await put(app, '/v1/webhooks/mine', body, solihull), { authorities: ['solihull'] }, 'its own')
  const foreign = await call(app, 'PUT', '/v1/webhooks/more', solihull, { ...body, authorities: ['solihull', 'leeds'] })
  t.match(foreign.body, { code: 'forbidden' })
  t.match((await call(app, 'PUT', '/v1/webhooks/mine', leeds, body)).body, { code: 'forbidden' })
  for (const [method, path] of [['GET', ''], ['DELETE', ''], ['POST', '/test'], ['POST', '/secrets'], ['GET', '/deliveries']] as const) {
    t.match((await call(app, method, `/v1/webhooks/mine${path}`, leeds)).body, { code: 'not-found' }, `${method} ${path}`)
  }
  await put(app, '/v1/webhooks/all', body)
  t.match((await get(app, '/v1/webhooks/all', operator)), { authorities: null })
  t.same((await get(app, '/v1/webhooks', solihull)).data.map(({ name }: any) => name), ['mine'])
  t.same((await get(app, '/v1/webhooks', operator)).data.map(({ name }: any) => name), ['all', 'mine'])
  t.equal((await call(app, 'GET', '/v1/webhooks/all', solihull)).status, 404)
  t.equal((await call(app, 'DELETE', '/v1/webhooks/mine', solihull)).status, 204)
})
