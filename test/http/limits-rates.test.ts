import t from 'tap'
import { parseRateLimits, RATE_LIMITS } from '../../src/domain/rate-limits.ts'
import { readConfig } from '../../src/config.ts'
import { anotherProcess, testApp, testSource } from '../support/app.ts'
import { bearer, call, event, issueToken, operator, put } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const LIMITS = { read: 5, costly: 2, write: 3, settings: 4, 'failed-authentication': 3 }
const from = (remoteAddress: string) => ({ remoteAddress })

t.test('a client has so many requests of a class, and is told', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: { ...LIMITS, settings: 100 } })
  const read = async (address: string, url = '/v1/channels', headers = {}) =>
    await app.inject({ url, headers: { origin: 'https://x.test', ...headers }, ...from(address) })

  for (let left = 4; left >= 0; left--) {
    const { statusCode, headers } = await read('192.0.2.1')
    t.equal(statusCode, 200)
    t.equal(headers['ratelimit-policy'], '"read";q=5;w=10')
    t.match(headers['ratelimit'], new RegExp(`^"read";r=${left};t=([1-9]|10)$`))
  }
  const refused = await read('192.0.2.1')
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, {
    'content-type': /problem\+json/,
    'retry-after': /^([1-9]|10)$/,
    ratelimit: /^"read";r=0;t=/,
    'access-control-allow-origin': '*'
  })
  t.match(refused.headers['access-control-expose-headers'], /RateLimit, RateLimit-Policy, Retry-After/)
  t.match(refused.json(), { code: 'rate-limited', status: 429 })

  t.equal((await read('192.0.2.2')).statusCode, 200, 'another client')
  t.equal((await read('192.0.2.1', '/livez')).statusCode, 200, 'a probe')
  t.equal((await read('192.0.2.1', '/nothing')).statusCode, 429, 'an address that does not exist')
  t.equal((await read('192.0.2.1', '/docs/')).statusCode, 429)
  const old = await read('192.0.2.1', '/data/solihull-report-missed-bin/transactions-by-channel')
  t.equal(old.statusCode, 429)
  t.match(old.json(), { status: 'error', message: /More than 5 requests/ }, 'in the words of the old dialect')
  t.match(old.headers, { 'retry-after': /^\d+$/, 'access-control-allow-origin': '*' })
  t.equal((await read('192.0.2.1', '/public/dashboards')).statusCode, 429)
  t.equal((await read('192.0.2.1', '/v1/channels', operator)).statusCode, 200, 'who has a token counts by it')
})

t.test('writers count by their tokens, those of data sets too', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: { ...LIMITS, settings: 100 } })
  const [one, other] = [await testSource(app), await testSource(app, 'solihull/other', { services: ['report-missed-bin'] })]
  const send = async (headers: Record<string, string>, i: number) =>
    (await call(app, 'POST', '/v1/events', headers, event(`e${i}`))).status
  for (let i = 0; i < 3; i++) t.equal(await send(one, i), 200)
  t.equal(await send(one, 3), 429)
  t.equal(await send(other, 4), 200, 'another token from the same address')

  for (const type of ['a', 'b']) await put(app, `/v1/data-sets/council/${type}`, { published: true, queryable: true })
  const write = async (type: string, token: string) =>
    (await call(app, 'POST', `/data/council/${type}`, bearer(token), [{ _id: 'x' }])).status
  const [a, b] = [(await issueToken(app, 'data-sets/council/a')).token, (await issueToken(app, 'data-sets/council/b')).token]
  for (let i = 0; i < 3; i++) t.equal(await write('a', a), 200)
  t.equal(await write('a', a), 429)
  t.equal(await write('b', b), 200)
})

t.test('what is costly counts where it is computed, and not where the answer is cached', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: { ...LIMITS, read: 100 } })
  const series = async (month: number, address = '192.0.2.1') => await app.inject({
    url: '/v1/series?authority=solihull&service=report-missed-bin&period=month' +
      `&start_on=2014-0${month}-01&end_on=2014-0${month}-28`,
    ...from(address)
  })
  for (const month of [1, 1, 2, 1, 2]) t.equal((await series(month)).statusCode, 200)
  const refused = await series(3)
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, { 'ratelimit-policy': '"costly";q=2;w=10', 'retry-after': /^\d+$/ })
  t.equal((await series(1)).statusCode, 200, 'what is cached goes on')
  t.equal((await series(3, '192.0.2.2')).statusCode, 200, 'and whoever else asks for the same has it computed')
  t.equal((await series(3)).statusCode, 200, 'for all')
  const raw = async () => (await app.inject({ url: '/data/solihull-report-missed-bin/transactions-by-channel' })).statusCode
  for (const status of [200, 200, 429]) t.equal(await raw(), status, 'raw reads are not cached')
})

t.test('settings are a class of their own', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: LIMITS })
  const setting = async () => (await call(app, 'PUT', '/v1/measures/trees', operator, {
    title: 'Trees', unit: 'trees', kind: 'stock', description: 'Trees there are.'
  })).status
  for (let i = 0; i < 4; i++) t.ok(await setting() < 300)
  t.equal(await setting(), 429)
  t.equal((await call(app, 'GET', '/v1/measures', operator)).status, 200)
})

t.test('only failed attempts count as such: a valid token goes on', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: { ...LIMITS, settings: 100 } })
  const source = await testSource(app)
  await put(app, '/v1/data-sets/council/a', { published: true, queryable: true })
  const attempts = [
    async () => await call(app, 'POST', '/v1/events', bearer('nonsense'), event('x')),
    async () => await call(app, 'GET', '/v1/audit'),
    async () => await call(app, 'POST', '/data/council/a', bearer('nonsense'), [{ _id: 'x' }])
  ]
  for (const attempt of attempts) t.equal((await attempt()).status, 401)
  for (const attempt of attempts) {
    const { status, headers } = await attempt()
    t.equal(status, 429)
    t.match(headers, { 'retry-after': /^\d+$/, 'ratelimit-policy': '"failed-authentication";q=3;w=10' })
  }
  t.equal((await call(app, 'DELETE', '/data-sets/council_a')).status, 429)
  t.equal((await call(app, 'POST', '/v1/events', source, event('y'))).status, 200)
  const elsewhere = await app.inject({ url: '/v1/audit', ...from('192.0.2.9') })
  t.equal(elsewhere.statusCode, 401)
})

t.test('0 turns a class off', async (t) => {
  const { app } = await testApp(t, undefined, { rateLimits: { ...LIMITS, read: 0 } })
  for (let i = 0; i < 20; i++) {
    const { statusCode, headers } = await app.inject('/v1/channels')
    t.equal(statusCode, 200)
    t.notOk('ratelimit' in headers)
  }
})

t.test('instances count together where they are to, and alone while the database is away', async (t) => {
  const rateLimits = { ...LIMITS, read: 10 }
  const { app, connectionString, database } = await testApp(t, undefined, { rateLimits, shareRateLimits: true })
  const other = await anotherProcess(t, connectionString, { rateLimits, rateLimitStore: 'shared' })
  const status = async (one: typeof app, address: string): Promise<number> =>
    (await one.inject({ url: '/v1/channels', ...from(address) })).statusCode
  for (let i = 0; i < 6; i++) t.equal(await status(app, '192.0.2.1'), 200)
  let more = 0
  await waitUntil('the other knows', async () => {
    if (await status(other, '192.0.2.1') === 429) return true
    more++
    return false
  })
  t.ok(more < 10, 'before it had seen as many itself')
  t.equal(await status(other, '192.0.2.2'), 200)

  await database.pool.query('ALTER TABLE rate_limit_count RENAME TO away')
  for (let i = 0; i < 10; i++) t.equal(await status(app, '192.0.2.3'), 200, 'nobody is limited wrongly')
  t.equal(await status(app, '192.0.2.3'), 429, 'each counts for itself')
})

t.test('RATE_LIMITS says some of them', async (t) => {
  t.same(parseRateLimits('read=1, costly=0'), { ...RATE_LIMITS, read: 1, costly: 0 })
  for (const wrong of ['read', 'read=-1', 'reads=1', 'read=1;costly=2', 'read=1,', '__proto__=1', 'read=1e3']) {
    t.throws(() => readConfig({ RATE_LIMITS: wrong }), /RATE_LIMITS must be/, wrong)
  }
  t.equal(readConfig({}).rateLimits, undefined)
  t.equal(readConfig({}).rateLimitStore, 'shared')
  t.throws(() => readConfig({ RATE_LIMIT_STORE: 'redis' }), /shared or local/)
})
