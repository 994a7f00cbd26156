import t, { type Test } from 'tap'
import { NEVER_MS, testApp, type TestApp } from '../support/app.ts'
import { administratorOf, call, event, get, observation, put, send, testSource } from '../support/builders.ts'

const DAY = 86_400_000
const FEED = '/v1/feeds?authority=solihull&service=report-missed-bin'
const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

/** A source that sends every day what happened on it, for some days up to now. */
async function daily (t: Test, days = 20): Promise<TestApp & { source: Record<string, string> }> {
  const world = await testApp(t, '2014-05-01T12:00:00Z', { foldEveryMs: NEVER_MS, webhooks: { networks: ['127.0.0.0/8'] } })
  const source = await testSource(world.app)
  for (let n = 0; n < days; n++) {
    world.clock.now += DAY
    await send(world.app, 'events', source, event(`d${n}`, { occurred_at: `${dayOf(world.clock.now)}T08:00:00Z` }))
    await world.app.intake.arrivals.flush()
  }
  return { ...world, source }
}

const feedOf = async (app: TestApp['app'], headers = {}) => (await get(app, FEED, headers)).data[0]

t.test('a feed: its newest day, its rhythm as learnt, and when it is late', async (t) => {
  const { app, clock } = await daily(t)
  const sent = await feedOf(app)
  t.match(sent, {
    authority: 'solihull',
    service: 'report-missed-bin',
    source: 'solihull/bartec',
    newest_day: '2014-05-21',
    arrived_on: '2014-05-21',
    rhythm: 'day',
    rhythm_set: false,
    allowed_days: 2,
    days_late: 0
  })
  clock.now += 5 * DAY
  t.match(await feedOf(app), { newest_day: '2014-05-21', days_late: 3 })
  const { freshness } = await get(app, '/v1/authorities/solihull/services/report-missed-bin')
  t.match(freshness, { newest_day: '2014-05-21', rhythm: 'day', days_late: 3 }, 'the scorecard says the same')
  const { body: metrics } = await call(app, 'GET', '/metrics', { authorization: 'Bearer operator-token-of-the-tests' })
  t.match(metrics, /^lpp_feed_late_days\{authority="solihull",service="report-missed-bin"\} 3$/m, 'so does the gauge')
  t.equal((await get(app, `${FEED}&late=true`)).data.length, 1)
  t.equal((await get(app, `${FEED}&late=false`)).data.length, 0)
})

t.test('a young feed is never late', async (t) => {
  const { app, clock } = await daily(t, 5)
  clock.now += 100 * DAY
  t.match(await feedOf(app), { rhythm: null, allowed_days: null, days_late: null })
  t.equal((await get(app, '/v1/feeds?late=true')).data.length, 0)
})

t.test('a rhythm that is set holds until it is taken back', async (t) => {
  const { app, clock } = await daily(t)
  clock.now += 5 * DAY
  const url = '/v1/sources/solihull/bartec/rhythms/report-missed-bin'
  const administrator = await administratorOf(app, 'solihull')
  t.equal((await call(app, 'GET', url, administrator)).status, 404)
  t.match(await put(app, url, { rhythm: 'week' }, administrator), { source: 'solihull/bartec', rhythm: 'week', allowed_days: null })
  t.match(await feedOf(app), { rhythm: 'week', rhythm_set: true, allowed_days: 15, days_late: 0 })
  await put(app, url, { rhythm: 'irregular' }, administrator)
  t.match(await feedOf(app), { rhythm: 'irregular', allowed_days: null, days_late: null })
  await put(app, url, { rhythm: 'irregular', allowed_days: 4 }, administrator)
  t.match(await feedOf(app), { allowed_days: 4, days_late: 1 })
  t.equal((await call(app, 'PUT', url, administrator, { rhythm: 'daily' })).status, 400)
  t.equal((await call(app, 'DELETE', url, administrator)).status, 204)
  t.match(await feedOf(app), { rhythm: 'day', rhythm_set: false, days_late: 3 })
  t.equal((await call(app, 'PUT', url, await administratorOf(app, 'leeds'), { rhythm: 'day' })).status, 403)
})

t.test('rows of the source by what became of them', async (t) => {
  const { app, clock, source } = await daily(t, 14)
  await call(app, 'POST', '/v1/events', { ...source, prefer: 'handling=lenient' }, [
    event('d0', { occurred_at: '2014-05-02T08:00:00Z' }), event('bad', { ward: 'nowhere' })
  ])
  t.match((await feedOf(app)).rows, {
    day: { received: 4, stored: 2, duplicates: 1, revised: 0, rejected: 1 },
    week: { received: 10, stored: 8, duplicates: 1, revised: 0, rejected: 1 }
  })
  clock.now += 30 * DAY
  t.match((await feedOf(app)).rows, { week: { received: 0, stored: 0 } })
})

t.test('two systems of one service are two feeds; figures are feeds too', async (t) => {
  const { app } = await daily(t, 16)
  const other = await testSource(app, 'solihull/other')
  await send(app, 'events', other, event('o', { occurred_at: '2014-05-10T08:00:00Z' }))
  await send(app, 'observations', other, observation({ start_on: '2014-05-05' }))
  await app.intake.arrivals.flush()
  const { data } = await get(app, FEED)
  t.match(data, [
    { source: 'solihull/bartec', newest_day: '2014-05-17', days_late: 0 },
    { source: 'solihull/other', newest_day: '2014-05-11', rhythm: null }
  ])
  await call(app, 'DELETE', '/v1/sources/solihull/bartec', { authorization: 'Bearer operator-token-of-the-tests' })
  t.same((await get(app, FEED)).data.map(({ source }: any) => source), ['solihull/other'], 'one that was ended is not waited for')
})

t.test('what is not published yet is shown to those who may see it', async (t) => {
  const { app } = await daily(t, 14)
  const administrator = await administratorOf(app, 'solihull')
  await put(app, '/v1/publication-rules/solihull/report-missed-bin/2014-05-15', { audience: 'authority' }, administrator)
  t.same((await get(app, FEED)).data, [])
  t.match(await feedOf(app, administrator), { source: 'solihull/bartec', rows: { day: { stored: 2 } } })
  await put(app, '/v1/publication-rules/solihull/report-missed-bin/2014-05-15', { audience: 'public' }, administrator)
  await put(app, '/v1/publication-rules/solihull/report-missed-bin/2014-01-01', { audience: 'authority', to_on: '2014-04-01' }, administrator)
  t.match(await feedOf(app), { newest_day: '2014-05-15', rows: { day: null, week: null } }, 'rows may be of those days')
})

t.test('pages, CSV, and what has not changed', async (t) => {
  const { app } = await daily(t, 3)
  for (const name of ['a', 'b']) {
    await send(app, 'events', await testSource(app, `solihull/${name}`), event('1', { occurred_at: '2014-05-02T08:00:00Z' }))
  }
  await app.intake.arrivals.flush()
  const seen: string[] = []
  for (let url: string | undefined = '/v1/feeds?limit=1'; url !== undefined;) {
    const { data, links }: any = await get(app, url)
    seen.push(...data.map(({ source }: any) => source))
    url = links.next
  }
  t.same(seen, ['solihull/a', 'solihull/b', 'solihull/bartec'])
  const { body } = await call(app, 'GET', '/v1/feeds?format=csv')
  t.match(body, /^authority,service,source,newest_day,.*rows\.week\.rejected\r\nsolihull,report-missed-bin,solihull\/a,2014-05-02,/)
  const { headers } = await call(app, 'GET', '/v1/feeds')
  t.equal((await call(app, 'GET', '/v1/feeds', { 'if-none-match': String(headers['etag']) })).status, 304)
  t.match((await call(app, 'GET', '/v1/feeds?service=nonsense')).body, { code: 'unknown-service' })
})
