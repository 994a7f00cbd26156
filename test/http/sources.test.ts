import { createHash } from 'node:crypto'
import t from 'tap'
import { testApp } from '../support/app.ts'
import { bearer, operator } from '../support/builders.ts'

const EVENT = { id: 'a', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00' }

t.test('sources and tokens', async (t) => {
  const { app, database, clock } = await testApp(t)
  const url = '/v1/sources/solihull/bartec'
  const settings = {
    services: ['report-missed-bin'], provider_for: ['E08000025'], channels: { Phone: 'telephone-agent' }
  }
  const issue = async (payload: object = {}) =>
    (await app.inject({ method: 'POST', url: `${url}/tokens`, headers: operator, payload })).json()
  const send = async (token: string) =>
    (await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: bearer(token),
      payload: EVENT
    })).statusCode

  t.test('the operator alone may create one, and creating it again replaces its settings', async (t) => {
    t.equal((await app.inject({ method: 'PUT', url, payload: settings })).statusCode, 401)
    const created = await app.inject({ method: 'PUT', url, headers: operator, payload: settings })
    t.equal(created.statusCode, 201)
    t.match(created.json(), { authority: 'solihull', name: 'bartec', ...settings, provider_for: ['birmingham'] })
    t.equal((await app.inject({ method: 'PUT', url, headers: operator, payload: settings })).statusCode, 200)
    const { token } = await issue()
    t.equal(
      (await app.inject({ method: 'PUT', url, headers: bearer(token), payload: settings }))
        .statusCode,
      403
    )
  })

  t.test('names are checked and bodies are strict', async (t) => {
    const put = async (payload: object) => (await app.inject({ method: 'PUT', url, headers: operator, payload })).json()
    t.match(await put({ ...settings, services: ['report-missed-bim'] }), {
      code: 'unknown-service', detail: /Did you mean report-missed-bin/
    })
    t.match(await put({ ...settings, channels: { Phone: 'telephon-agent' } }), {
      code: 'unknown-channel', detail: /telephone-agent/
    })
    t.match(await put({ ...settings, services: 5 }), { code: 'invalid-request' }, 'a number is not taken for a list')
    t.match(await put({ ...settings, colour: 'red' }), { code: 'invalid-request', detail: /colour/ })
  })

  t.test('a token is shown once, kept as a hash, expires and can be revoked at once', async (t) => {
    const { id, token, expires_at: expiresAt } = await issue({ days: 1 })
    t.match(token, /^lpp_[\w-]{43}$/)
    t.equal(expiresAt, '2014-06-11T12:00:00.000Z')
    const { rows } = await database.pool.query('SELECT * FROM token WHERE id = $1', [id])
    t.same(rows[0].hash, createHash('sha256').update(token).digest())
    t.notMatch(JSON.stringify(rows), token)
    t.equal(await send(token), 200)
    clock.now += 86_400_000
    t.equal(await send(token), 401, 'expired')
    clock.now -= 86_400_000
    const other = await issue()
    t.equal(await send(other.token), 200, 'two tokens overlap')
    t.equal((await app.inject({ method: 'DELETE', url: `${url}/tokens/${id}`, headers: operator })).statusCode, 204)
    t.equal(await send(token), 401, 'revoked')
    t.equal(await send(other.token), 200)
    t.equal((await app.inject({ method: 'DELETE', url: `${url}/tokens/${id}`, headers: operator })).statusCode, 404)
    const listed = await app.inject({ url: `${url}/tokens`, headers: operator })
    t.notMatch(listed.body, /lpp_|hash/)
    t.ok(listed.json().data.length >= 3)
    t.equal(
      (await app.inject({ method: 'POST', url: `${url}/tokens`, headers: operator })).headers['cache-control'],
      'no-store'
    )
  })

  t.test('the last use is kept', async (t) => {
    const { id, token } = await issue()
    await send(token)
    await app.close()
    const { rows } = await database.pool.query('SELECT last_used_at FROM token WHERE id = $1', [id])
    t.equal(rows[0].last_used_at.getTime(), clock.now)
  })
})

t.test('every answer has a request id and is what its type says, and errors no secrets', async (t) => {
  const { app, database } = await testApp(t)
  const given = await app.inject({ url: '/v1/channels', headers: { 'x-request-id': 'from-the-caller' } })
  t.equal(given.headers['x-request-id'], 'from-the-caller')
  for (
    const url of [
      '/v1/channels',
      '/v1/nothing',
      '/v1/authorities/%ff',
      '/docs',
      '/openapi.yaml',
      '/livez',
      '/_status',
      '/data/a/none',
      '/public/dashboards?slug=none',
      '/data/solihull-report-missed-bin/transactions-by-channel?group_by=channel'
    ]
  ) {
    t.equal((await app.inject(url)).headers['x-content-type-options'], 'nosniff', url)
  }
  const missing = await app.inject('/v1/nothing')
  t.equal(missing.json().instance, missing.headers['x-request-id'])
  t.equal(missing.statusCode, 404)
  const method = await app.inject({ method: 'DELETE', url: '/v1/channels' })
  t.equal(method.statusCode, 405)
  t.equal(method.headers.allow, 'GET, HEAD, PUT')
  const neither = await app.inject('/no-such-page')
  t.equal(neither.statusCode, 404, 'not a data set name, so no address at all')
  t.equal((await app.inject({ method: 'PATCH', url: '/v1/authorities/solihull' })).headers.allow, 'PUT, DELETE, GET, HEAD')
  for (const url of ['/v1/authorities/%ff', '/v1/authorities/%', `/v1/authorities/${'a'.repeat(5000)}`]) {
    const unreadable = await app.inject(url)
    t.match(unreadable.json(), {
      status: 400,
      code: 'invalid-request',
      detail: /^The address cannot be read/,
      instance: unreadable.headers['x-request-id']
    })
    t.match(unreadable.headers['content-type'], 'application/problem+json')
  }
  await database.pool.query('ALTER TABLE rollup_channel_day_folded RENAME COLUMN keys TO gone')
  const broken = await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=day')
  t.equal(broken.statusCode, 500)
  t.notMatch(broken.body, /rollup|SELECT|relation|\.ts/)
})
