import t from 'tap'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import { call, event, get, kpiUrl, put, release, send, seriesUrl, urlOf } from '../support/builders.ts'

const LIBRARY = 'renew-library-item'
const SURREY = { authority: 'surrey', service: LIBRARY }
const IN_GUILDFORD = { code: 'E05099101', name: 'Stoughton Gate' }
const IN_WOKING = { code: 'E05099102', name: 'Goldsworth Gate' }

/** Surrey with one ward each in two of its districts, which have no others here. */
async function surrey (t: Parameters<typeof testApp>[0], now?: string): Promise<TestApp> {
  const test = await testApp(t, now)
  await test.database.pool.query(`
    UPDATE authority SET parent_gss = 'E10000030' WHERE slug IN ('guildford', 'woking');
    DELETE FROM area WHERE authority_id IN (SELECT id FROM authority WHERE parent_gss = 'E10000030')`)
  await put(test.app, '/v1/authorities/guildford/areas', [IN_GUILDFORD])
  await put(test.app, '/v1/authorities/woking/areas', [IN_WOKING])
  return test
}
const renewal = (id: string, ward: string, more: object = {}) =>
  event(id, { ...SURREY, ward, count: 20, ...more })
type Wards = Map<string, [number | null, string]>
const byWard = ({ data }: any): Wards =>
  new Map(data.map(({ group, values: [{ value, status }] }: any) => [group.ward, [value, status]]))

t.test('a county’s wards are those of its districts, in series, KPIs and releases', async (t) => {
  const { app } = await surrey(t)
  const listed = (await get(app, '/v1/areas?authority=surrey')).data
  t.match(listed, [{ ...IN_GUILDFORD, authority: 'guildford' }, { ...IN_WOKING, authority: 'woking' }])
  const source = await testSource(app, 'surrey/books', { services: [LIBRARY] })
  const days = ['2014-05-27', '2014-06-03']
  await send(app, 'events', source, days.flatMap((day) => [
    renewal(`g${day}`, IN_GUILDFORD.code, { occurred_at: `${day}T10:00:00Z` }),
    renewal(`w${day}`, 'goldsworth gate', { occurred_at: `${day}T10:00:00Z` })
  ]))
  t.match((await call(app, 'POST', '/v1/events', source, renewal('x', 'E05001286'))).body.errors, [
    { code: 'unknown-ward', pointer: '/ward' }
  ], 'a ward of another county')
  const week = { ...SURREY, period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }
  t.same(byWard(await get(app, seriesUrl({ ...week, group_by: 'ward' }))).get(IN_WOKING.code), [null, 'not-yet'])
  t.match(await release(app), [{ authority: 'surrey', service: LIBRARY }])
  const wards = byWard(await get(app, seriesUrl({ ...week, group_by: 'ward' })))
  t.same([...wards].filter(([code]) => code !== 'unknown'), [
    [IN_GUILDFORD.code, [20, 'ok']], [IN_WOKING.code, [20, 'ok']]
  ])
  const filtered = await get(app, seriesUrl({ ...week, filter_by: 'ward:Goldsworth Gate' }))
  t.match(filtered.data[0].values, [{ value: 20, status: 'ok' }])
  const kpi = await get(app, kpiUrl('transactions', { ...week, group_by: 'ward', ward: 'goldsworth-gate' }))
  t.match(kpi.data, [{ group: { ward: IN_WOKING.code }, values: [{ value: 20, status: 'partial' }] }])
  // The district has none of it: it does not deliver the service.
  const ofDistrict = await get(app, seriesUrl({ ...week, authority: 'woking', group_by: 'ward' }))
  t.same(byWard(ofDistrict), new Map([[IN_WOKING.code, [null, 'not-delivered']]]))
  const operator = { authorization: 'Bearer operator-token-of-the-tests' }
  const live = byWard(await get(app, seriesUrl({ ...week, group_by: 'ward' }), operator))
  t.same(live.get(IN_GUILDFORD.code), [20, 'ok'])
})

t.test('two wards of a county with one name are told apart by their codes', async (t) => {
  const { app } = await surrey(t)
  await put(app, '/v1/authorities/woking/areas', [{ code: 'E05099103', name: 'St. Mary’s' }])
  await put(app, '/v1/authorities/guildford/areas', [{ code: 'E05099104', name: 'St Marys' }])
  const source = await testSource(app, 'surrey/books', { services: [LIBRARY] })
  t.match((await call(app, 'POST', '/v1/events', source, renewal('a', 'St Mary’s'))).body.errors, [
    { code: 'unknown-ward', detail: /(?=.*E05099103)(?=.*E05099104)/ }
  ])
  t.match(await send(app, 'events', source, renewal('a', 'E05099103')), { stored: 1 })
  const asked = urlOf('/v1/series', { ...SURREY, filter_by: 'ward:st-marys' })
  t.match((await call(app, 'GET', asked)).body, { code: 'unknown-ward', detail: /ambiguous/ })
})

t.test('a name means the ward of the days asked for, in series and KPIs', async (t) => {
  const { app } = await testApp(t)
  await put(app, '/v1/authorities/solihull/areas', [
    { code: 'E05099201', name: 'Rhôs Green', valid_to: '2014-04-30' },
    { code: 'E05099202', name: 'Rhos Green', valid_from: '2014-05-01' }
  ])
  const source = await testSource(app)
  await send(app, 'events', source, [
    event('a', { ward: 'rho\u0302s green', occurred_at: '2014-04-30T12:00:00Z', count: 30 }),
    event('b', { ward: 'RHOS GREEN WARD', occurred_at: '2014-05-01T12:00:00Z', count: 40 })
  ])
  const operator = { authorization: 'Bearer operator-token-of-the-tests' }
  const asked = async (start: string, end: string) =>
    (await get(app, seriesUrl({ period: 'month', start_on: start, end_on: end, filter_by: 'ward:rhos-green' }), operator))
      .data[0].values.map(({ value }: { value: number }) => value)
  t.same(await asked('2014-04-01', '2014-04-30'), [30])
  t.same(await asked('2014-05-01', '2014-05-31'), [40])
  t.same(await asked('2014-04-01', '2014-05-31'), [30, 40], 'one followed the other')
  const kpi = async (start: string, end: string) =>
    (await get(app, kpiUrl('transactions', {
      period: 'month', start_on: start, end_on: end, group_by: 'ward', ward: 'Rhos Green'
    }), operator)).data.map(({ group }: { group: { ward: string } }) => group.ward)
  t.same(await kpi('2014-04-01', '2014-04-30'), ['E05099201'])
  t.same(await kpi('2014-05-01', '2014-05-31'), ['E05099202'])
  t.same(await kpi('2014-04-01', '2014-05-31'), ['E05099201', 'E05099202'])
  const gone = seriesUrl({ period: 'month', start_on: '2014-05-01', end_on: '2014-05-31', filter_by: 'ward:E05099201' })
  t.match((await call(app, 'GET', gone)).body, { status: 404, code: 'unknown-ward' })
  const near = seriesUrl({ filter_by: 'ward:E05099203' })
  t.notMatch((await call(app, 'GET', near)).body.detail, /mean/)
  const on = async (day: string): Promise<string[]> =>
    (await get(app, `/v1/areas?authority=solihull&on=${day}`)).data.map(({ code }: { code: string }) => code)
  t.ok((await on('2014-04-30')).includes('E05099201') && !(await on('2014-04-30')).includes('E05099202'))
  t.ok(!(await on('2014-05-01')).includes('E05099201') && (await on('2014-05-01')).includes('E05099202'))
})

t.test('a derived date may be a year off, a stated one is exact', async (t) => {
  const { app, database, catalogue } = await testApp(t)
  await put(app, '/v1/authorities/solihull/areas', [
    { code: 'E05099301', name: 'Derived', valid_to: '2013-12-31' }, { code: 'E05099302', name: 'Stated', valid_to: '2013-12-31' },
    { code: 'E05099303', name: 'Long gone', valid_to: '2012-12-31' }
  ])
  await database.pool.query("UPDATE area SET dates_basis = 'left-by-2025' WHERE code IN ('E05099301', 'E05099303')")
  await catalogue.refresh()
  const source = await testSource(app)
  t.match(await send(app, 'events', source, event('a', { ward: 'Derived', count: 9 })), { stored: 1 })
  for (const ward of ['Stated', 'Long gone']) {
    t.match((await call(app, 'POST', '/v1/events', source, event('b', { ward }))).body.errors, [{ code: 'unknown-ward' }], ward)
  }
  const operator = { authorization: 'Bearer operator-token-of-the-tests' }
  const week = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }
  const wards = byWard(await get(app, seriesUrl({ ...week, group_by: 'ward' }), operator))
  t.same(wards.get('E05099301'), [9, 'ok'])
  t.notOk(wards.has('E05099302'))
  const { data } = await get(app, kpiUrl('transactions', { ...week, group_by: 'ward', ward: 'Derived' }), operator)
  t.match(data, [{ group: { ward: 'E05099301' }, values: [{ value: 9 }] }])
})
