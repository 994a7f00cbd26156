import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import { bearer, call, event, get, issueToken, observation, operator, put, seriesUrl, type Headers } from '../support/builders.ts'

const DAY_MS = 86_400_000
const BARTEC = 'sources/solihull/bartec'
const SUMS = 'data-sets/a/sums'
const JSON_BODY = { 'content-type': 'application/json' }

/** Every way in that a source's token opens, each with a request that is right but for its token. */
function waysOfASource (app: App): Record<string, (headers: Headers) => Promise<number>> {
  const as = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => async (headers: Headers) =>
    (await call(app, method, url, headers, payload)).status
  return {
    'send events': as('POST', '/v1/events', event('a')),
    'read an event': as('GET', '/v1/events/kept'),
    'void an event': as('DELETE', '/v1/events/gone'),
    'read a receipt': as('GET', '/v1/receipts/1'),
    'send observations': as('POST', '/v1/observations', observation()),
    'replace observations': as('PUT', '/v1/observations/solihull/report-missed-bin/collections_made', {
      period: 'week', start_on: '2014-05-26', figures: [{ value: 5 }]
    })
  }
}

/** Every way in that a data set's token opens. */
function waysOfADataSet (app: App): Record<string, (headers: Headers) => Promise<number>> {
  const as = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload: string) => async (headers: Headers) =>
    (await call(app, method, url, { ...headers, ...JSON_BODY }, payload)).status
  return {
    'add records': as('POST', '/data/a/sums', '[{"_id":"x"}]'),
    'add records by name': as('POST', '/sums_of_a', '[{"_id":"x"}]'),
    transform: as('POST', '/data/a/sums/transform', '{"_start_at":"2014-05-26T00:00:00Z"}'),
    'change a record': as('PATCH', '/data/a/sums/x', '{"total":1}'),
    'remove a record': as('DELETE', '/data/a/sums/x', '{}'),
    'replace records': as('PUT', '/data/a/sums', '[]')
  }
}

async function start (t: Test) {
  const { app, clock } = await testApp(t)
  await put(app, `/v1/${BARTEC}`, { services: ['report-missed-bin'] })
  await put(app, `/v1/${SUMS}`, { name: 'sums_of_a' })
  return { app, clock, start: clock.now }
}
type Test = Parameters<typeof testApp>[0]

t.test('a source’s token works until the very instant of its expiry, on every way in', async (t) => {
  const { app, clock, start: issuedAt } = await start(t)
  const headers = bearer((await issueToken(app, BARTEC, { days: 1 })).token)
  const other = bearer((await issueToken(app, BARTEC, { days: 2 })).token)
  clock.now = issuedAt + DAY_MS - 1
  t.equal((await call(app, 'POST', '/v1/events', headers, [event('kept'), event('gone')])).status, 200)
  for (const [way, request] of Object.entries(waysOfASource(app))) {
    t.not(await request(headers), 401, `${way}: a millisecond before`)
  }
  for (const after of [0, 1, DAY_MS / 2]) {
    clock.now = issuedAt + DAY_MS + after
    for (const [way, request] of Object.entries(waysOfASource(app))) {
      t.equal(await request(headers), 401, `${way}: ${after} ms after`)
    }
    t.equal((await call(app, 'POST', '/v1/events', other, event('a'))).status, 200, 'another one of it still works')
  }
})

t.test('a data set’s token works until the very instant of its expiry, on every way in', async (t) => {
  const { app, clock, start: issuedAt } = await start(t)
  const secret = { token: 'secret-of-an-old-sender' }
  const made = bearer((await issueToken(app, SUMS, { days: 1 })).token)
  const imported = bearer((await issueToken(app, SUMS, { ...secret, days: 1 })).token)
  const forEver = bearer((await issueToken(app, SUMS, { token: 'secret-without-an-end' })).token)
  const aYear = bearer((await issueToken(app, SUMS)).token)
  for (const [kind, headers] of Object.entries({ made, imported })) {
    clock.now = issuedAt + DAY_MS - 1
    for (const [way, request] of Object.entries(waysOfADataSet(app))) {
      t.equal(await request(headers), 200, `${kind}, ${way}: a millisecond before`)
    }
    for (const after of [0, 1, DAY_MS / 2]) {
      clock.now = issuedAt + DAY_MS + after
      for (const [way, request] of Object.entries(waysOfADataSet(app))) {
        t.equal(await request(headers), 401, `${kind}, ${way}: ${after} ms after`)
      }
    }
  }
  const add = waysOfADataSet(app)['add records']!
  clock.now = issuedAt + 365 * DAY_MS - 1
  t.equal(await add(aYear), 200, 'one that is made ends after a year if nothing is said')
  clock.now++
  t.equal(await add(aYear), 401)
  clock.now += 3650 * DAY_MS
  t.equal(await add(forEver), 200, 'one that is taken over does not')
})

t.test('a token that was revoked opens no way in, and brings no other down with it', async (t) => {
  const { app } = await start(t)
  for (const [path, ways] of [[BARTEC, waysOfASource(app)], [SUMS, waysOfADataSet(app)]] as const) {
    const [gone, stays] = [await issueToken(app, path), await issueToken(app, path)]
    const [way] = Object.values(ways)
    t.equal(await way?.(bearer(gone.token)), 200)
    t.equal((await call(app, 'DELETE', `/v1/${path}/tokens/${gone.id}`, operator)).status, 204)
    for (const [way, request] of Object.entries(ways)) t.equal(await request(bearer(gone.token)), 401, way)
    t.equal(await way?.(bearer(stays.token)), 200)
  }
})

t.test('a token opens what it was made for and nothing else', async (t) => {
  const { app } = await start(t)
  const [ofSource, ofSet] = [
    bearer((await issueToken(app, BARTEC)).token), bearer((await issueToken(app, SUMS)).token)
  ]
  for (const [way, request] of Object.entries(waysOfASource(app))) t.equal(await request(ofSet), 401, way)
  for (const [way, request] of Object.entries(waysOfADataSet(app))) t.equal(await request(ofSource), 401, way)
  const wide = { 'PUT source': ['PUT', `/v1/${BARTEC}`], 'PUT data set': ['PUT', `/v1/${SUMS}`] } as const
  for (const [what, [method, url]] of Object.entries(wide)) {
    t.equal((await call(app, method, url, ofSource, {})).status, 403, `${what}: with a source’s`)
    t.equal((await call(app, method, url, ofSet, {})).status, 401, `${what}: with a data set’s`)
  }
})

t.test('a scope ends with its token: who reads with an expired or a revoked one reads as everybody does', async (t) => {
  const { app, clock, start: issuedAt } = await start(t)
  const scoped = await issueToken(app, BARTEC, { days: 1, scopes: ['unsuppressed'] })
  const revoked = await issueToken(app, BARTEC, { days: 3, scopes: ['unsuppressed'] })
  await call(app, 'POST', '/v1/events', bearer(scoped.token), event('a', { ward: 'E05001286' }))
  const url = seriesUrl({
    period: 'week', start_on: '2014-05-26', end_on: '2014-06-01', group_by: 'ward', filter_by: 'ward:E05001286'
  })
  const seen = async (token: string): Promise<unknown> => {
    const { data: [{ values: [{ value, status }] }] } = await get(app, url, bearer(token))
    return [value, status]
  }
  clock.now = issuedAt + DAY_MS - 1
  t.same(await seen(scoped.token), [1, 'ok'])
  clock.now++
  t.same(await seen(scoped.token), [null, 'not-yet'], 'expired')
  t.same(await seen(revoked.token), [1, 'ok'])
  await call(app, 'DELETE', `/v1/${BARTEC}/tokens/${revoked.id}`, operator)
  t.same(await seen(revoked.token), [null, 'not-yet'], 'revoked')
})
