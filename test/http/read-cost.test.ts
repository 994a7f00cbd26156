import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, operator, put, send, seriesUrl } from '../support/builders.ts'
import { configure } from '../support/case.ts'

const headers = { authorization: 'Bearer secret-of-costs', 'content-type': 'application/json' }
const SET = { data_group: 'a', data_type: 'set', raw_queries_allowed: true, bearer_token: 'secret-of-costs' }

t.test('what a question of the old dialect may cost is bounded before it is computed', async (t) => {
  const { app, database } = await testApp(t)
  await configure(app, [SET])
  const records = Array.from({ length: 350 }, (_, i) => ({
    _id: `r${i}`,
    _timestamp: `2014-05-${String(10 + i % 10)}T00:00:00Z`,
    channel: `c${i % 30}`,
    place: `p${i}`,
    text: `${i} ${'x'.repeat(100_000)}`
  }))
  for (let from = 0; from < records.length; from += 50) {
    const payload = JSON.stringify(records.slice(from, from + 50))
    t.equal((await app.inject({ method: 'POST', url: '/data/a/set', headers, payload })).statusCode, 200)
  }
  const ask = async (query: string) => {
    const { statusCode, body } = await app.inject(`/data/a/set?${query}`)
    return { statusCode, body: body.slice(0, 300), bytes: body.length }
  }
  let statements = 0
  database.pool.on('acquire', () => statements++)
  const long = Array.from({ length: 20 }, (_, i) => `&collect=${'x'.repeat(150)}${i}:sum`).join('')
  const end = 'end_at=2014-06-01T00:00:00Z'
  await ask(`period=hour&duration=1&${end}`)
  statements = 0
  for (const query of [
    `period=hour&duration=50000&${end}&group_by=channel${long}`,
    `period=hour&duration=50000&${end}${long}&flatten=true`,
    `period=hour&duration=48000&${end}&collect=${'y'.repeat(700)}`
  ]) {
    const { statusCode, body } = await ask(query)
    t.equal(statusCode, 400, body)
    t.match(body, /That is \d+ periods of 1 group with \d+ columns: \d+ values in some \d+ MiB. Ask for at most/)
  }
  t.ok(statements <= 3, 'but for the look at its state nothing was asked of the database')
  const refused = async (query: string, message: RegExp) => {
    const { statusCode, body } = await ask(query)
    t.equal(statusCode, 400, query)
    t.match(JSON.parse(body), { status: 'error', message }, query)
  }
  await refused('period=hour&duration=100000&collect=ab', /50000 periods at most/)
  await refused(`period=hour&duration=40000&${end}&group_by=channel`, /40000 periods of 30 groups with 1 column/)
  await refused(`period=day&duration=2000&${end}&group_by=channel&group_by=place&flatten=true`, /combinations|groups/)
  await refused('group_by=channel&collect=text', /periods of groups with \d+ MiB of values/)
  t.equal((await ask(`period=hour&duration=40000&${end}&group_by=channel&limit=2&collect=count:sum`)).statusCode, 200)
  t.equal((await ask('group_by=channel&collect=place')).statusCode, 200)
  const hours = await ask(`period=hour&duration=48000&${end}&collect=place:count`)
  t.equal(hours.statusCode, 200)
  t.ok(hours.bytes > 4_000_000, 'five years of hours are no more than is allowed')
})

t.test('a rule of /v1 that a question of the old dialect breaks is no failure of the service', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, event('a'))
  const url = '/data/solihull-report-missed-bin/transactions-by-digital-class?period=hour&duration=50000' +
    Array.from({ length: 19 }, (_, i) => `&collect=field_${i}`).join('')
  const { statusCode, headers } = await app.inject(url)
  t.equal(statusCode, 400)
  t.match(headers['content-type'], 'application/json')
})

t.test('in /v1 the products are bounded too, and named', async (t) => {
  const { app } = await testApp(t)
  const codeOf = async (url: string) => (await call(app, 'GET', url, operator)).body
  const days = { period: 'day', start_on: '2010-01-01', end_on: '2013-12-31', group_by: 'authority' }
  const { authority: _, ...everybody } = Object.fromEntries(new URLSearchParams(seriesUrl(days).split('?')[1]))
  const query = new URLSearchParams(everybody as Record<string, string>).toString()
  t.match(await codeOf(`/v1/series?${query}`), { code: 'too-costly', status: 422, detail: /groups over 1461 periods/ })
  t.match(
    await codeOf('/v1/kpis/transactions/series?service=report-missed-bin&group_by=authority&period=day&duration=1000'),
    { code: 'too-costly', status: 422, detail: /authorities over 1000 periods; ask for at most 20000/ }
  )
})

t.test('answers show the newest hundred notes of their days, and say where the others are', async (t) => {
  const { app } = await testApp(t)
  const note = (i: number, start: string) => ({
    id: `note-${i}`, authority: 'solihull', service: 'report-missed-bin', start_on: start, note: `Note ${i}`
  })
  const day = (i: number): string => new Date(Date.UTC(2014, 0, 1 + i)).toISOString().slice(0, 10)
  const series = seriesUrl({ period: 'day', start_on: '2014-01-01', end_on: '2014-06-01' })
  const kpi = '/v1/kpis/transactions/series?authority=solihull&service=report-missed-bin&period=day&' +
    'start_on=2014-01-01&end_on=2014-06-01'
  for (let i = 0; i < 100; i++) await put(app, '/v1/annotations', note(i, day(i)))
  for (const url of [series, kpi]) {
    const { annotations, links } = (await call(app, 'GET', url)).body
    t.same([annotations.length, links.annotations], [100, undefined], url)
  }
  for (let i = 100; i < 103; i++) await put(app, '/v1/annotations', note(i, day(i)))
  await put(app, '/v1/annotations', note(900, '2012-01-01'))
  for (const url of [series, kpi]) {
    const { annotations, links } = (await call(app, 'GET', url)).body
    t.same([annotations.length, annotations[0].id, annotations.at(-1).id], [100, 'note-3', 'note-102'], url)
    t.equal((await call(app, 'GET', `${links.annotations}&limit=500`)).body.data.length, 103, 'the list has them all')
  }
})

t.test('what costs is kept, and never older than the newest commit', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, event('a', { occurred_at: '2014-06-01T10:00:00Z' }))
  const SAVINGS = '?period=month&start_on=2014-06-01&baseline_start_on=2014-05-01'
  const urls = [
    '/v1/authorities/solihull',
    '/v1/authorities/solihull/services/report-missed-bin?period=week',
    `/v1/authorities/solihull/services/report-missed-bin/savings${SAVINGS}`,
    `/v1/services/report-missed-bin/savings${SAVINGS}`
  ]
  const ask = async (url: string, etag?: string) => {
    const headers = etag === undefined ? {} : { 'if-none-match': etag }
    const answer = await app.inject({ url, headers })
    return { status: answer.statusCode, etag: String(answer.headers['etag']), body: answer.body }
  }
  const before = new Map<string, Awaited<ReturnType<typeof ask>>>()
  for (const url of urls) {
    const first = await ask(url)
    t.equal(first.status, 200, url)
    t.same(await ask(url), first, url)
    t.match(await ask(url, first.etag), { status: 304, body: '' }, url)
    before.set(url, first)
  }
  t.equal((await ask('/v1/authorities/E08000029')).body, before.get('/v1/authorities/solihull')?.body, 'by any name')
  await send(app, 'events', source, event('b', { occurred_at: '2014-06-09T10:00:00Z', outcome: 'completed' }))
  const after = new Map<string, string>()
  for (const url of urls) after.set(url, (await ask(url, before.get(url)?.etag)).body)
  t.equal(JSON.parse(after.get(urls[0] ?? '') ?? '').services.find(({ service }: { service: string }) =>
    service === 'report-missed-bin').newest_day, '2014-06-09')
  t.equal(JSON.parse(after.get(urls[1] ?? '') ?? '').freshness.newest_day, '2014-06-09')
  // Of a service of which nobody asked before, and which is among those of the authority.
  const other = await testSource(app, 'solihull/tax', { services: ['pay-council-tax'] })
  await send(app, 'events', other, event('c', { service: 'pay-council-tax', occurred_at: '2014-06-08T10:00:00Z' }))
  const { services } = JSON.parse((await ask('/v1/authorities/solihull')).body)
  t.equal(services.find(({ service }: { service: string }) => service === 'pay-council-tax').newest_day, '2014-06-08')
})
