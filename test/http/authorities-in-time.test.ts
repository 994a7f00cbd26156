import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, get, kpiUrl, operator, send, seriesUrl, urlOf } from '../support/builders.ts'

const BCP = 'bournemouth-christchurch-poole'
const OLD = ['bournemouth', 'christchurch', 'poole']
const BINS = 'report-missed-bin'
const NOW = '2019-06-20T12:00:00Z'
type Rows = Array<{ start_on: string, value: number | null, status: string, coverage?: number, break?: string | null }>
const bin = (id: string, authority: string, day: string, more: object = {}) => ({
  id, authority, service: BINS, occurred_at: `${day}T12:00:00Z`, channel: 'web', ...more
})
const valuesOf = ({ data }: { data: Array<{ values: Rows }> }): Array<Array<number | string | null>> =>
  data.map(({ values }) => values.map(({ value, status }) => value ?? status))

t.test('the map of a day, and who came before and after', async (t) => {
  const { app } = await testApp(t, NOW)
  const slugs = async (query: string): Promise<string[]> =>
    (await get(app, `/v1/authorities?${query}`)).data.map(({ slug }: { slug: string }) => slug)
  const [then, now] = [await slugs('on=2018-01-01'), await slugs('')]
  t.ok(OLD.every((one) => then.includes(one) && !now.includes(one)))
  t.ok(!then.includes(BCP) && now.includes(BCP))
  t.same(await slugs('on=2019-06-20'), now)
  const everybody = await slugs('include=abolished')
  t.ok([...OLD, BCP, 'dorset', 'dorset-county'].every((one) => everybody.includes(one)))
  t.equal(new Set(everybody).size, everybody.length, 'one slug each')
  t.ok(!(await slugs('include=abolished&on=2018-01-01')).includes(BCP), 'nobody who was not yet')
  t.match(await get(app, '/v1/authorities/Poole'), {
    slug: 'poole', gss: 'E06000029', valid_to: '2019-03-31', successors: [BCP], predecessors: [], origin: 'shipped'
  })
  const { predecessors } = await get(app, `/v1/authorities/${BCP}`)
  t.same(predecessors.sort(), OLD)
  t.match(await get(app, '/v1/authorities/dorset'), { gss: 'E06000059', valid_from: '2019-04-01' })
  t.match(await get(app, '/v1/authorities/dorset-county'), { gss: 'E10000009', successors: ['dorset'] })
  t.match(await get(app, '/v1/authorities/east%20dorset'), { parent: 'dorset-county' })
  for (const wrong of ['on=2018-02-30', 'on=x', 'include=all', 'day=2018-01-01']) {
    t.equal((await call(app, 'GET', `/v1/authorities?${wrong}`)).status, 400, wrong)
  }
})

t.test('names are found as people write them, codes are never nearly another', async (t) => {
  const { app } = await testApp(t, NOW)
  for (const [name, slug] of [
    ['Poole Borough Council', 'poole'], ['BOURNEMOUTH', 'bournemouth'], ['City of Bristol', 'bristol'],
    ['Bournemouth, Christchurch & Poole', BCP], ['e06000029', 'poole'], ['London Borough of Sutton', 'sutton'],
    ['Kings Lynn and West Norfolk', 'kings-lynn-and-west-norfolk'], ['St. Albans City and District Council', 'st-albans'],
    ['S12000046', 'glasgow']
  ] as const) t.equal((await get(app, `/v1/authorities/${encodeURIComponent(name)}`)).slug, slug, name)
  const { status, body } = await call(app, 'GET', '/v1/authorities/E08000099')
  t.equal(status, 404)
  t.notMatch(body.detail, /mean/)
  t.match((await call(app, 'GET', '/v1/authorities/solihul')).body.detail, /Did you mean solihull\?/)
  t.equal((await get(app, seriesUrl({ service: 'Report a missed bin' }))).data.length, 1)
})

t.test('data belong to the authority of their day; others are refused with the one to name', async (t) => {
  const { app } = await testApp(t, NOW)
  const source = await testSource(app, `${BCP}/bins`, { services: [BINS], provider_for: ['poole', 'dorset', 'dorset-county'] })
  t.match(await send(app, 'events', source, [
    bin('a', 'poole', '2019-03-31'), bin('b', BCP, '2019-04-01'), bin('c', 'E06000029', '2018-03-31')
  ]), { stored: 3 })
  const refused = async (row: object) => (await call(app, 'POST', '/v1/events', source, row)).body.errors
  t.match(await refused(bin('d', 'poole', '2019-04-01')), [{
    pointer: '/authority', code: 'authority-abolished', detail: new RegExp(`last day was 2019-03-31.*${BCP}`)
  }])
  t.match(await refused(bin('e', BCP, '2019-03-31')), [{
    pointer: '/authority', code: 'authority-not-yet', detail: /2019-04-01.*(?=.*poole)(?=.*christchurch)/
  }])
  // Midnight is that of London.
  t.match(await send(app, 'events', source, { ...bin('f', BCP, ''), occurred_at: '2019-03-31T23:30:00Z' }), { stored: 1 })
  // One slug, two councils, each on its own days, in one batch and in either order.
  t.match(await send(app, 'events', source, [
    bin('g', 'dorset', '2019-04-02'), bin('h', 'poole', '2018-05-01'), bin('i', 'dorset', '2019-05-02')
  ]), { stored: 3 })
  t.match(await refused(bin('j', 'dorset', '2019-03-30')), [{ code: 'service-not-delivered', detail: /^dorset-county / }])
  t.match(await refused(bin('k', 'dorset-county', '2019-04-30')), [{ code: 'authority-abolished' }])
  const figure = (authority: string, start: string, value: number) => ({
    authority, service: BINS, measure: 'collections_made', period: 'week', start_on: start, value
  })
  const observe = async (row: object) => await call(app, 'POST', '/v1/observations', source, row)
  t.equal((await observe(figure('poole', '2019-03-25', 5))).status, 200)
  t.match((await observe(figure('poole', '2019-04-01', 5))).body.errors, [{ code: 'authority-abolished' }])
  t.match((await observe(figure(BCP, '2019-03-25', 5))).body.errors, [{ code: 'authority-not-yet' }])
  t.equal((await observe({ ...figure(BCP, '2019-01-01', 5), period: 'year' })).status, 200, 'for the part it was there')
})

t.test('a source of an abolished council may still send its history', async (t) => {
  const { app } = await testApp(t, NOW)
  const source = await testSource(app, 'poole/bins')
  t.match(await send(app, 'events', source, bin('a', 'poole', '2018-07-01')), { stored: 1 })
  t.equal((await call(app, 'POST', '/v1/events', source, bin('b', 'poole', '2019-07-01'))).status, 422)
})

t.test('days outside an authority’s life are not delivered, predecessors added up where asked for', async (t) => {
  const { app } = await testApp(t, NOW)
  const source = await testSource(app, `${BCP}/bins`, { services: [BINS], provider_for: OLD })
  const days = ['2019-03-04', '2019-03-11', '2019-03-18', '2019-03-25', '2019-03-31']
  await send(app, 'events', source, [
    ...days.flatMap((day) => [
      bin(`b${day}`, 'bournemouth', day, { count: 21 }), bin(`p${day}`, 'poole', day, { count: 18, channel: 'paper' })
    ]),
    bin('x', 'christchurch', '2019-02-01', { count: 3 }),
    ...['2019-04-01', '2019-04-08', '2019-04-15', '2019-04-22', '2019-04-29'].map((day) => bin(day, BCP, day))
  ])
  const asked = { authority: BCP, period: 'month', start_on: '2019-02-01', end_on: '2019-04-30' }
  t.same(valuesOf(await get(app, seriesUrl(asked))), [['not-delivered', 'not-delivered', 5]])
  t.same(valuesOf(await get(app, seriesUrl({ ...asked, authority: 'poole' }))), [['missing', 90, 'not-delivered']])

  const included = await get(app, seriesUrl({ ...asked, predecessors: 'include' }))
  t.same(valuesOf(included), [[3, 195, 5]])
  t.ok(included.data[0].values[1].coverage < 0.7, 'Christchurch is silent in March')
  t.match(included.breaks, [{ on: '2019-04-01', authority: BCP, reason: 'authority', begun: [BCP], left_out: [] }])
  t.same(included.breaks[0].ended.sort(), OLD)
  t.same(included.data[0].values.map((value: { break?: string }) => value.break), [undefined, undefined, '2019-04-01'])

  const byAuthority = await get(app, seriesUrl({ ...asked, predecessors: 'include', group_by: 'authority' }))
  t.match(byAuthority.data, [{ group: { authority: BCP } }])
  t.same(valuesOf(byAuthority), [[3, 195, 5]])
  const byChannel = await get(app, seriesUrl({ ...asked, predecessors: 'include', group_by: ['authority', 'channel'] }))
  t.same(
    byChannel.data.map(({ group, values }: { group: object, values: Rows }) =>
      [group, values.map(({ value }) => value)]),
    [[{ authority: BCP, channel: 'paper' }, [0, 90, 0]], [{ authority: BCP, channel: 'web' }, [3, 105, 5]]]
  )
  const both = { ...asked, authority: [BCP, 'poole'], predecessors: 'include', group_by: 'authority' }
  t.same(valuesOf(await get(app, seriesUrl(both))), [[3, 195, 5], ['missing', 90, 'not-delivered']], 'a group each')
  t.same(valuesOf(await get(app, seriesUrl({ ...both, group_by: [] }))), [[3, 195, 5]], 'once in a sum')

  const kpi = await get(app, kpiUrl('transactions', { ...asked, predecessors: 'include' }))
  t.same(kpi.data[0].values.map(({ value }: { value: number | null }) => value), [3, 195, 5])
  t.equal(kpi.data[0].values[1].status, 'partial')
  t.match(kpi.breaks, [{ on: '2019-04-01', reason: 'authority' }])
  t.equal(kpi.data[0].values[2].break, '2019-04-01')
  const alone = await get(app, kpiUrl('transactions', asked))
  t.match(alone.data[0].values.slice(0, 2), [
    { value: null, status: 'not-delivered', reason: 'not-in-force' }, { status: 'not-delivered', reason: 'not-in-force' }
  ])
  const grouped = await get(app, kpiUrl('transactions', {
    ...asked, authority: [BCP, 'poole'], predecessors: 'include', group_by: ['authority', 'channel']
  }))
  t.match(grouped.data.map(({ group }: { group: object }) => group), [
    { authority: BCP, channel: 'paper' }, { authority: BCP, channel: 'web' }, { authority: 'poole' }
  ])
  t.equal((await call(app, 'GET', seriesUrl({ ...asked, predecessors: 'all' }))).status, 400)

  // A year of which it was there for nine months is covered by those.
  const year = await get(app, seriesUrl({ ...asked, period: 'year', start_on: '2019-01-01', end_on: '2019-04-30' }))
  t.equal(year.data[0].values[0].value, 5)
  t.ok(year.data[0].values[0].coverage > 0.9)
})

t.test('figures of two predecessors stay apart, and add up to their successor’s', async (t) => {
  const { app } = await testApp(t, NOW)
  const source = await testSource(app, `${BCP}/bins`, { services: [BINS], provider_for: OLD })
  const figure = (authority: string, value: number) => ({
    authority, service: BINS, measure: 'transactions', period: 'month', start_on: '2018-05-01', value
  })
  await send(app, 'observations', source, [figure('bournemouth', 21_000), figure('poole', 18_000)])
  const may = { period: 'month', start_on: '2018-05-01', end_on: '2018-05-31' }
  const of = async (authority: string, more: object = {}) =>
    (await get(app, seriesUrl({ ...may, authority, ...more }))).data[0].values[0].value
  t.same(await Promise.all(['bournemouth', 'poole', BCP].map(async (one) => await of(one))), [21_000, 18_000, null])
  t.equal(await of(BCP, { predecessors: 'include' }), 39_000)
  const kpi = await get(app, kpiUrl('transactions', { ...may, authority: BCP, predecessors: 'include' }))
  t.equal(kpi.data[0].values[0].value, 39_000)
})

t.test('nothing is added of a council that was split, and the answer says so', async (t) => {
  const { app } = await testApp(t, '2023-06-20T12:00:00Z')
  const library = 'renew-library-item'
  const source = await testSource(app, 'cumberland/books', { services: [library], provider_for: ['cumbria'] })
  await send(app, 'events', source, [
    bin('a', 'cumbria', '2023-03-15', { service: library, count: 50 }),
    bin('b', 'cumberland', '2023-04-03', { service: library, count: 2 })
  ])
  const answer = await get(app, seriesUrl({
    authority: 'cumberland',
    service: library,
    period: 'month',
    start_on: '2023-03-01',
    end_on: '2023-04-30',
    predecessors: 'include'
  }))
  t.same(valuesOf(answer), [['not-delivered', 2]])
  t.match(answer.breaks, [{ on: '2023-04-01', left_out: ['cumbria'] }])
  const both = await get(app, seriesUrl({
    authority: ['cumbria', 'cumberland'],
    service: library,
    period: 'month',
    start_on: '2023-03-01',
    end_on: '2023-04-30',
    group_by: 'authority'
  }))
  t.same(valuesOf(both), [['not-delivered', 2], [50, 'not-delivered']])
})

t.test('a comparison of a past period compares the authorities of that period', async (t) => {
  const { app, clock } = await testApp(t, '2019-04-20T12:00:00Z')
  const source = await testSource(app, `${BCP}/bins`, { services: [BINS], provider_for: OLD })
  const days = Array.from({ length: 31 }, (_, i) => `2019-03-${String(i + 1).padStart(2, '0')}`)
  await send(app, 'events', source, days.map((day) => bin(day, 'poole', day)))
  const compared = async (start: string) =>
    (await get(app, urlOf('/v1/kpis/transactions/comparison', {
      service: BINS, period: 'month', start_on: start, group: 'all'
    }))).data.map(({ authority }: { authority: string | { slug: string } }) =>
      typeof authority === 'string' ? authority : authority.slug)
  const [march, april] = [await compared('2019-03-01'), await compared('2019-04-01')]
  t.ok(OLD.every((one) => march.includes(one)) && !march.includes(BCP))
  t.ok(!OLD.some((one) => april.includes(one)) && april.includes(BCP))
  const listed = async (start: string, end: string) =>
    (await get(app, urlOf('/v1/series', { service: BINS, group_by: 'authority', start_on: start, end_on: end }))).data
      .map(({ group }: { group: { authority: string } }) => group.authority)
  t.ok((await listed('2019-03-01', '2019-03-31')).includes('poole'))
  t.ok(!(await listed('2019-04-01', '2019-04-30')).includes('poole'))
  const over = await listed('2019-03-01', '2019-04-30')
  t.ok(over.includes('poole') && over.includes(BCP), 'a group each')
  const merged = (await get(app, urlOf('/v1/series', {
    service: BINS, group_by: 'authority', start_on: '2019-03-01', end_on: '2019-04-30', predecessors: 'include'
  }))).data.map(({ group }: { group: { authority: string } }) => group.authority)
  t.ok(!merged.includes('poole') && merged.includes(BCP), 'those who are added have no group')

  // The day before, the platform turns over at midnight by itself.
  clock.now = Date.parse('2019-03-31T22:59:59Z')
  t.equal((await get(app, '/v1/authorities/dorset')).gss, 'E10000009')
  clock.now += 1000
  t.equal((await get(app, '/v1/authorities/dorset')).gss, 'E06000059')
})

t.test('nothing is kept of a service after its last day', async (t) => {
  const { app, database, catalogue } = await testApp(t)
  const source = await testSource(app)
  await database.pool.query(`UPDATE service SET valid_to = '2014-05-27' WHERE slug = '${BINS}'`)
  await catalogue.refresh()
  const at = (id: string, day: string) => bin(id, 'solihull', day)
  t.match(await send(app, 'events', source, at('a', '2014-05-27')), { stored: 1 })
  t.match((await call(app, 'POST', '/v1/events', source, at('b', '2014-05-28'))).body.errors, [
    { pointer: '/service', code: 'service-discontinued', detail: /2014-05-27/ }
  ])
  const days = { period: 'day', start_on: '2014-05-26', end_on: '2014-05-28' }
  t.same(valuesOf(await get(app, seriesUrl(days))), [['missing', 1, 'not-delivered']])
  const kpi = await get(app, kpiUrl('transactions', days))
  t.match(kpi.data[0].values[2], { status: 'not-delivered', reason: 'discontinued' })
  t.equal((await call(app, 'GET', '/v1/authorities/solihull', operator)).status, 200)
})
