import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import {
  administratorOf, call, get, kpiUrl, operator, personAs, put, send, seriesUrl, testSource, urlOf, type Headers
} from '../support/builders.ts'

const BINS = 'report-missed-bin'
const EMBARGO = { to_on: '2014-05-31', audience: 'authority', publish_at: '2014-06-20T09:30:00+01:00' }
const AT = Date.parse(EMBARGO.publish_at)
const MONTHS = { period: 'month', start_on: '2014-04-01', end_on: '2014-06-30' }
const RULE = `/v1/publication-rules/solihull/${BINS}/2014-05-12`

/** Councils that had events every day of April and May and of a week of June: so many a day. */
async function councils (app: App, ...slugs: string[]): Promise<Record<string, Headers>> {
  const all: Record<string, Headers> = {}
  for (const [n, authority] of slugs.entries()) {
    const headers = all[authority] = await testSource(app, `${authority}/world`, { services: [BINS, 'pay-council-tax'] })
    const days = Array.from({ length: 67 }, (_, i) => new Date(Date.UTC(2014, 3, 1 + i, 12)).toISOString())
    await send(app, 'events', headers, days.flatMap((occurred_at, i) => ['web', 'telephone-agent'].map((channel) => ({
      id: `${channel}-${i}`, authority, service: BINS, occurred_at, channel, count: channel === 'web' ? n + 1 : 2
    }))))
  }
  return all
}

const values = ({ data }: any): unknown[] => data.map(({ values }: any) => values.map(({ value }: any) => value))
const statuses = ({ data }: any): string[] => data[0].values.map(({ status }: any) => status)

t.test('embargoed figures are seen by those with the right, and by everybody from the instant on', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T12:00:00Z')
  const own = await councils(app, 'solihull', 'kirklees')
  const who: Record<string, Headers> = {
    operator,
    'an administrator': await administratorOf(app, 'solihull'),
    'a source of the service': own['solihull'] ?? {},
    'a reader of drafts': await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unpublished'] })
  }
  const councilsToo: Record<string, Headers> = {
    'another administrator': await administratorOf(app, 'kirklees'),
    'another source': own['kirklees'] ?? {},
    'another reader of drafts': await personAs(app, { role: 'reader', authorities: ['kirklees'], scopes: ['unpublished'] }),
    'a reader': await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unsuppressed'] }),
    'a source of another service': await testSource(app, 'solihull/tax', { services: ['pay-council-tax'] })
  }
  const nobody: Record<string, Headers> = { nobody: {}, 'a wrong token': { authorization: 'Bearer none' } }
  const see = async (headers: Headers) => ({
    series: values(await get(app, seriesUrl(MONTHS), headers))[0],
    kpi: values(await get(app, kpiUrl('transactions', MONTHS), headers))[0],
    week: (await get(app, `/data/solihull-${BINS}/transactions-by-channel?period=week&collect=count:sum` +
      '&start_at=2014-05-05T00:00:00Z&end_at=2014-05-26T00:00:00Z', headers)).data.map((row: any) => row['count:sum'])
  })
  const all = { series: [90, 93, 18], kpi: [90, 93, 18], week: [21, 21, 21] }
  const some = { series: [90, null, 18], kpi: [90, null, 18], week: [21, null, null] }
  // Whoever asks first, the next one's answer is their own.
  const expect = async (open: Array<Record<string, Headers>>, closed: Array<Record<string, Headers>>, when: string) => {
    const asked = [...open.map((group) => [group, all] as const), ...closed.map((group) => [group, some] as const)]
    for (const [group, seen] of [...asked, ...asked.toReversed()]) {
      for (const [name, headers] of Object.entries(group)) t.same(await see(headers), seen, `${name}, ${when}`)
    }
  }
  await expect([nobody, councilsToo, who], [], 'before there is a rule')
  await put(app, RULE, EMBARGO, who['an administrator'])
  await expect([who], [nobody, councilsToo], 'under embargo')
  await put(app, RULE, { ...EMBARGO, audience: 'councils' })
  await expect([who, councilsToo], [nobody], 'shared among councils')
  const { headers: kept } = await call(app, 'GET', `/data/solihull-${BINS}/transactions-by-channel?period=week&duration=2`)
  t.equal(kept['cache-control'], 'max-age=1800, must-revalidate')
  clock.now = AT - 60_000
  await expect([who, councilsToo], [nobody], 'a minute before')
  const late = await call(app, 'GET', `/data/solihull-${BINS}/transactions-by-channel?period=week&duration=3`)
  t.equal(late.headers['cache-control'], 'max-age=60, must-revalidate', 'no browser keeps it longer')
  const before = await app.inject(seriesUrl(MONTHS))
  const etag = String(before.headers['etag'])
  t.equal((await app.inject({ url: seriesUrl(MONTHS), headers: { 'if-none-match': etag } })).statusCode, 304)
  clock.now = AT
  await expect([who, councilsToo, nobody], [], 'at the instant')
  t.equal((await app.inject({ url: seriesUrl(MONTHS), headers: { 'if-none-match': etag } })).statusCode, 200)
  clock.now = AT - 1
  await expect([who, councilsToo], [nobody], 'a clock put back')
  await call(app, 'DELETE', RULE, operator)
  await expect([who, councilsToo, nobody], [], 'without the rule')
})

t.test('what is withheld says so, and has no part in sums, ranks and rates', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  await councils(app, 'solihull', 'kirklees', 'leeds', 'dudley', 'birmingham')
  const may = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
  const both = { ...MONTHS, authority: ['solihull', 'kirklees'] }
  const compare = async (headers: Headers = {}) => await get(app, urlOf('/v1/kpis/digital-take-up/comparison', {
    service: BINS, period: 'month', start_on: '2014-05-01'
  }), headers)
  const all = await compare()
  t.match(all, { group: { reporting: 5, denominator: 775 } })
  await put(app, RULE, EMBARGO)

  t.same(statuses(await get(app, seriesUrl(MONTHS))), ['ok', 'not-yet', 'provisional'])
  t.match((await get(app, kpiUrl('digital-take-up', MONTHS))).data[0].values, [
    { status: 'ok' }, { value: null, numerator: null, status: 'not-yet', reason: 'not-published', coverage: null }, {}
  ])
  t.same((await get(app, seriesUrl(may))).data[0].values, [
    { start_on: '2014-05-01', end_on: '2014-05-31', value: null, status: 'not-yet' }
  ], 'no coverage, no notes')
  t.same((await get(app, seriesUrl({ ...may, group_by: 'channel' }))).data, [], 'nor which channels there were')
  t.same((await get(app, seriesUrl({ ...may, authority: 'stockport' }))).data[0].values[0].status, 'missing')
  await put(app, `/v1/publication-rules/stockport/all/2014-01-01`, { audience: 'councils' })
  t.same(statuses(await get(app, seriesUrl({ ...may, authority: 'stockport' }))), ['not-yet'], 'silent or not')

  t.same(values(await get(app, seriesUrl(both))), [[210, null, 42]], 'never the sum of the rest')
  t.same(values(await get(app, seriesUrl({ ...both, group_by: 'authority' }))), [[120, 124, 24], [90, null, 18]])
  t.same(values(await get(app, kpiUrl('transactions', both))), [[210, null, 42]])
  t.same(values(await get(app, seriesUrl({ ...both, group_by: 'channel' }))), [[120, null, 24], [90, null, 18]])
  t.match((await get(app, kpiUrl('transactions', { ...MONTHS, start_on: '2014-06-01', compare_with: 'previous' }))).data[0]
    .values, [{ value: 18, compared: { value: null, reason: 'not-published', change: null } }])
  const csv = await app.inject(seriesUrl({ ...both, group_by: 'authority', format: 'csv' }))
  t.match(csv.body, 'solihull,2014-05-01,2014-05-31,,not-yet')

  const seen = await compare()
  const rowOf = (answer: any, slug: string) => answer.data.find(({ authority }: any) => authority.slug === slug)
  t.match(rowOf(all, 'solihull'), { value: 100 / 3, rank: 5 })
  t.match(rowOf(seen, 'solihull'), { value: null, rank: null, quartile: null, reason: 'not-published' })
  t.match(rowOf(seen, 'kirklees'), { value: 50, rank: 4 })
  t.match(seen.group, { reporting: 4, numerator: 31 * 14, denominator: 31 * 22 })
  t.match(seen.nations.find(({ name }: any) => name === 'England'), { reporting: 4, denominator: 31 * 22 })
  t.not(seen.median, all.median)
  t.same((await compare(operator)).data.map(({ rank }: any) => rank), all.data.map(({ rank }: any) => rank))

  const card = await get(app, `/v1/authorities/solihull/services/${BINS}`)
  t.match(card.kpis.find(({ kpi }: any) => kpi === 'transactions'), { start_on: '2014-06-02', value: 15 }, 'a newer week')
  t.match(card.freshness, { newest_day: '2014-06-06' })
  const savings = await get(app, `/v1/services/${BINS}/savings?period=month&start_on=2014-05-01`)
  t.match(savings.total, { channel_shift_pence: null })
  t.match(savings.data.find(({ authority }: any) => authority === 'kirklees').savings[0], { saved_pence: 0 })
  t.match((await get(app, `/v1/services/${BINS}/savings?period=month&start_on=2014-05-01`, operator)).total, {
    channel_shift_pence: 0
  })
  const old = await get(app, `/data/${BINS}/transactions-by-authority?period=month&start_at=2014-04-01T00:00:00Z` +
    '&end_at=2014-06-01T00:00:00Z&collect=count:sum&group_by=authority')
  const sums = Object.fromEntries(old.data.map((row: any) =>
    [row.authority, [row['count:sum'], ...row.values.map((value: any) => value['count:sum'])]]))
  t.match(sums, { solihull: [null, 90, null], kirklees: [244, 120, 124] })
  const raw = await get(app, `/data/solihull-${BINS}/transactions-by-channel?sort_by=_timestamp:descending&filter_by=channel:web`)
  t.same(raw.data.map(({ _timestamp }: any) => _timestamp.slice(0, 7)).filter((month: string) => month === '2014-05').length, 11)
  t.notMatch((await get(app, '/data/service-aggregates/latest-dataset-values')).data, [{ dashboard_slug: `solihull-${BINS}` }])
})

t.test('rules are checked, listed for everybody, and set by administrators for their own', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const [solihull, kirklees] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'kirklees')]
  const source = await testSource(app)
  const body = { audience: 'councils' }
  for (const [headers, status] of [[{}, 401], [source, 403], [kirklees, 403], [solihull, 201], [solihull, 200]] as const) {
    t.equal((await call(app, 'PUT', RULE, headers, body)).status, status)
  }
  const all = '/v1/publication-rules/E08000029/all/2014-01-01'
  t.match(await put(app, all, { ...EMBARGO, to_on: null }, solihull), {
    authority: 'solihull', service: 'all', from_on: '2014-01-01', to_on: null, in_force: true,
    publish_at: '2014-06-20T08:30:00.000Z'
  })
  t.match((await get(app, '/v1/publication-rules')).data.map(({ service, audience }: any) => [service, audience]), [
    ['all', 'authority'], [BINS, 'councils']
  ])
  t.equal((await get(app, `/v1/publication-rules?authority=solihull&service=${BINS}`)).data.length, 1)
  t.equal((await get(app, '/v1/publication-rules?authority=kirklees')).data.length, 0)
  t.equal((await call(app, 'GET', '/v1/publication-rules?audience=x')).status, 400)
  t.equal((await call(app, 'GET', '/v1/publication-rules?authority=nowhere')).status, 404)
  for (const wrong of [
    {}, { audience: 'friends' }, { audience: 'councils', to_on: '2014-05-11' }, { audience: 'councils', to_on: '2014-02-30' },
    { audience: 'councils', publish_at: '2014-06-20' }, { audience: 'councils', publish_at: '2014-06-20T09:30:00' },
    { audience: 'councils', more: 1 }
  ]) t.equal((await call(app, 'PUT', RULE, solihull, wrong)).status, 400, JSON.stringify(wrong))
  t.equal((await call(app, 'PUT', RULE.replace('05-12', '02-30'), solihull, body)).status, 400)
  t.equal((await call(app, 'DELETE', RULE, kirklees)).status, 403)
  t.equal((await call(app, 'DELETE', RULE, solihull)).status, 204)
  t.equal((await call(app, 'DELETE', RULE, solihull)).status, 404)
})
