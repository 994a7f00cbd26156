import t from 'tap'
import { testApp, type TestApp } from '../support/app.ts'
import { call, event, operator, put, send, testSource, urlOf, type Headers } from '../support/builders.ts'
import { DURATION_BOUNDS } from '../../src/domain/durations.ts'
import { askSeries, MISSING, told, type Asked } from '../support/told-values.ts'

type App = TestApp['app']
const TAX = { service: 'pay-council-tax' }
const DAY = 86_400
// Weeks from Monday 5 May 2014; the test's today is Tuesday 10 June 2014.
const MAY = { period: 'week', start_on: '2014-05-05', end_on: '2014-05-25' }
const on = (id: string, day: string, more: object): ReturnType<typeof event> =>
  event(id, { occurred_at: `2014-05-${day}T10:00:00Z`, ...more })
/** The values of the only group, as they are. */
const values = async (app: App, asked: Asked, headers?: Headers) => {
  const { data } = await askSeries(app, asked, headers)
  if (data.length !== 1) throw new Error(JSON.stringify(data))
  return data[0].values
}

/** Payments: of the first week 12,000 by direct debit and 8,000 - 1,000 on the web, and one that does not say. */
async function payments (t: Parameters<typeof testApp>[0]) {
  const { app } = await testApp(t)
  const source = await testSource(app, 'solihull/tax', { services: ['pay-council-tax'] })
  await send(app, 'events', source, [
    on('1', '05', { ...TAX, channel: 'direct-debit', amount_pence: 12_000 }),
    on('2', '06', { ...TAX, amount_pence: 8000, count: 4, attributes: { customer: 'business' } }),
    on('3', '07', { ...TAX, amount_pence: -1000, attributes: { customer: 'resident' } }),
    on('4', '08', { ...TAX, count: 3 }),
    on('5', '14', { ...TAX, count: 7, duration_seconds: 60 })
  ])
  return { app, source }
}

t.test('amounts: sums and means, of what says one', async (t) => {
  const { app, source } = await payments(t)
  const asked = { ...TAX, ...MAY, measure: 'amount' }
  const answer = await askSeries(app, asked)
  t.match(answer, { measure: 'amount', statistic: 'sum', unit: 'pence', bounds: undefined })
  t.match(answer.data[0].values, [
    { value: 19_000, status: 'ok', count: 6, sum: 19_000, mean: 3166.67, coverage: 1 },
    { value: 0, status: 'zero', count: 0, sum: 0, mean: null },
    { value: null, status: 'missing', count: undefined, sum: undefined }
  ].slice(0, 2))
  t.same(answer.data[0].values[2], { start_on: '2014-05-19', end_on: '2014-05-25', value: null, status: 'missing' })
  t.match(await values(app, { ...asked, statistic: 'mean' }), [
    { value: 3166.67, status: 'ok', count: 6 }, { value: null, status: 'missing', count: 0, sum: 0, mean: null }, {}
  ], 'there is no mean of nothing')
  t.same(told(await askSeries(app, { ...asked, group_by: 'channel' })), [
    ['direct-debit', [12_000, 'ok'], [0, 'zero'], MISSING], ['web', [7000, 'ok'], [0, 'zero'], MISSING]
  ])
  t.same(told(await askSeries(app, { ...asked, filter_by: 'channel:direct-debit' })), [
    ['', [12_000, 'ok'], [0, 'zero'], MISSING]
  ], 'paid by direct debit')
  t.same(told(await askSeries(app, { ...asked, group_by: 'attribute:customer' })), [
    ['resident', [-1000, 'ok'], [0, 'zero'], MISSING],
    ['business', [8000, 'ok'], [0, 'zero'], MISSING],
    ['unknown', [12_000, 'ok'], [0, 'zero'], MISSING]
  ])
  t.same(told(await askSeries(app, { ...asked, group_by: 'attribute:customer', statistic: 'mean', top: 2 })), [
    ['unknown', [12_000, 'ok'], MISSING, MISSING], ['business', [2000, 'ok'], MISSING, MISSING]
  ], 'the largest sums')
  t.same(told(await askSeries(app, { ...asked, filter_by: 'attribute:customer:unknown', group_by: 'channel' })), [
    ['direct-debit', [12_000, 'ok'], [0, 'zero'], MISSING]
  ])
  const csv = await app.inject(urlOf('/v1/series', { authority: 'solihull', ...asked, format: 'csv' }))
  t.equal(csv.body, [
    'start_on,end_on,value,status,status_symbol,count,sum,mean,coverage,break,basis,notes',
    '2014-05-05,2014-05-11,19000,ok,,6,19000,3166.67,1,,,',
    `2014-05-12,2014-05-18,0,zero,,0,0,,${3 / 7},,,`, '2014-05-19,2014-05-25,,missing,[x],,,,,,,', ''
  ].join('\r\n'))

  await send(app, 'events', source, on('2', '06', { ...TAX, amount_pence: 500, count: 4, revision: 2 }))
  await call(app, 'DELETE', '/v1/events/3', source)
  t.match(await values(app, asked), [{ value: 12_500, status: 'revised', count: 5, mean: 2500 }, {}, {}])
})

t.test('who never sends amounts has none, not 0; whoever does has 0 where nothing was paid', async (t) => {
  const { app } = await payments(t)
  const leeds = await testSource(app, 'leeds/tax', { services: ['pay-council-tax'] })
  await send(app, 'events', leeds, [
    on('1', '06', { ...TAX, authority: 'leeds', duration_seconds: 5 }), on('2', '14', { ...TAX, authority: 'leeds' })
  ])
  const asked = { ...TAX, ...MAY, measure: 'amount' }
  const both = { ...asked, authority: ['solihull', 'leeds'] }
  t.same(told(await askSeries(app, { ...both, group_by: 'authority' })), [
    ['leeds', MISSING, MISSING, MISSING], ['solihull', [19_000, 'ok'], [0, 'zero'], MISSING]
  ])
  t.same(told(await askSeries(app, both)), [['', [19_000, 'ok'], [0, 'zero'], MISSING]])
  t.same(told(await askSeries(app, { ...asked, start_on: '2014-05-12' })), [['', [0, 'zero'], MISSING]], 'sent before')
  t.same(told(await askSeries(app, { ...asked, filter_by: 'outcome:failed' })), [['', MISSING, MISSING, MISSING]])
  t.same(told(await askSeries(app, { ...asked, authority: 'leeds', measure: 'duration' })), [
    ['', [4, 'ok'], MISSING, MISSING]
  ], 'between 2 and 5 seconds')
})

t.test('durations: mean, median, 90th percentile, and the share within a target', async (t) => {
  const { app } = await testApp(t)
  await send(app, 'events', await testSource(app), [
    on('1', '05', { duration_seconds: 3600 }),
    on('2', '06', { duration_seconds: DAY, count: 2, channel: 'telephone-agent' }),
    on('3', '07', { duration_seconds: 5 * DAY, street: 45203501, attributes: { reason: 'roadworks' } }),
    on('4', '08', { duration_seconds: 5 * DAY + 1, street: 45203501 }),
    on('5', '08', { count: 9 }),
    on('6', '14', {})
  ])
  const asked = { ...MAY, measure: 'duration' }
  const answer = await askSeries(app, asked)
  t.match(answer, { measure: 'duration', statistic: 'median', unit: 'seconds', bounds: [...DURATION_BOUNDS] })
  // Five durations. The middle one is one of the two above 18 hours and up to a day, the third of five: 3/4 of the way.
  // Nine tenths are 4.5 of them: half of the one above 5 days and up to 6.
  const all = { count: 5, mean: 208_080.2, median: 81_000, p90: 475_200 }
  t.match(answer.data[0].values, [{ value: 81_000, status: 'ok', ...all, share: undefined }, {
    value: null, status: 'missing', count: 0, mean: null, median: null, p90: null
  }, { value: null, status: 'missing', count: undefined }])
  for (const statistic of ['mean', 'median', 'p90'] as const) {
    t.match(await values(app, { ...asked, statistic }), [{ value: all[statistic], ...all }, {}, {}])
  }
  const within = { ...asked, statistic: 'share', within_seconds: 5 * DAY }
  t.match(await askSeries(app, within), { statistic: 'share', unit: 'percent' })
  t.match(await values(app, within), [{ value: 80, ...all, share: 80 }, { value: null, share: null }, {}], 'mended in time')
  t.match(await values(app, { ...within, within_seconds: DAY, statistic: 'median' }), [{ value: 81_000, share: 60 }, {}, {}])
  t.same(told(await askSeries(app, { ...within, group_by: 'channel' })), [
    ['telephone-agent', [100, 'ok'], MISSING, MISSING], ['web', [66.67, 'ok'], MISSING, MISSING]
  ])
  t.same(told(await askSeries(app, { ...within, within_seconds: 1800, filter_by: 'attribute:reason:roadworks' })), [
    ['', [0, 'zero'], MISSING, MISSING]
  ])
  t.same(told(await askSeries(app, { ...asked, statistic: 'mean', group_by: 'attribute:reason' })), [
    ['roadworks', [432_000, 'ok'], MISSING, MISSING], ['unknown', [152_100.25, 'ok'], MISSING, MISSING]
  ])
  t.match((await askSeries(app, { ...within, filter_by: 'attribute:reason:unknown' })).data[0].values[0], {
    value: 75, count: 4, mean: 152_100.25
  }, 'bands too are the whole less what is given')
  t.same(told(await askSeries(app, { ...asked, group_by: 'channel', top: 1 })).map(([name]) => name), ['web'], 'the most')

  const csv = await app.inject(urlOf('/v1/series', {
    authority: 'solihull', service: 'report-missed-bin', ...within, end_on: '2014-05-11', format: 'csv'
  }))
  t.equal(csv.body, [
    'start_on,end_on,value,status,status_symbol,count,mean,median,p90,share,coverage,break,basis,notes',
    '2014-05-05,2014-05-11,80,ok,,5,208080.2,81000,475200,80,1,,,', ''
  ].join('\r\n'))
  const dataset = await askSeries(app, { ...within, end_on: '2014-05-11', format: 'json-stat' })
  t.match(dataset.dimension.statistic.category, {
    index: ['value', 'count', 'mean', 'median', 'p90', 'share', 'coverage'], unit: { value: { label: 'percent' } }
  })
  t.same(dataset.value, [80, 5, 208_080.2, 81_000, 475_200, 80, 1])
  const metadata = await askSeries(app, within, {}, '/v1/series-metadata.json')
  t.match(metadata.tableSchema.columns.map(({ titles }: { titles: string }) => titles).slice(5, 10),
    ['count', 'mean', 'median', 'p90', 'share'])

  const byStreet = { ...asked, period: 'month', start_on: '2014-05-01', end_on: '2014-05-31', group_by: 'street' }
  t.match((await askSeries(app, { ...byStreet, statistic: 'mean' }, operator)).data, [
    { group: { street: '45203501' }, values: [{ value: 432_000.5, count: 2, mean: 432_000.5, median: undefined }] },
    { group: { street: 'unknown' }, values: [{ value: 58_800, count: 3 }] }
  ])
  for (const more of [{}, { statistic: 'p90' }, { statistic: 'mean', within_seconds: DAY }]) {
    const { status, body } = await call(app, 'GET', urlOf('/v1/series', {
      authority: 'solihull', service: 'report-missed-bin', ...byStreet, ...more
    }), operator)
    t.match([status, body.detail], [400, /by ward or street are kept as sums: ask for statistic=mean/])
  }
})

t.test('amounts of an authority with a rule of its own, and where figures stand for events', async (t) => {
  const { app } = await payments(t)
  const asked = { ...TAX, ...MAY, measure: 'amount' }
  await put(app, '/v1/disclosure-rules/solihull/all/authority', { threshold: 3 })
  t.same(told(await askSeries(app, asked)), [['', ...Array(3).fill([null, 'suppressed'])]])
  t.same((await values(app, asked))[0], {
    start_on: '2014-05-05', end_on: '2014-05-11', value: null, status: 'suppressed'
  }, 'nothing beside it')
  t.match(await values(app, asked, operator), [{ value: 19_000 }, {}, {}])
  await call(app, 'DELETE', '/v1/disclosure-rules/solihull/all/authority', operator)
  await put(app, '/v1/authorities/solihull/services/pay-council-tax/authoritative', {
    type: 'transaction', from_on: '2014-05-07', basis: 'counts'
  })
  t.same(told(await askSeries(app, asked)), [['', MISSING, MISSING, MISSING]])
  t.same(told(await askSeries(app, { ...asked, end_on: '2014-05-06' })), [['', [20_000, 'ok']]])
})

t.test('predecessors: what they were paid is added up, and so are their means', async (t) => {
  const { app } = await testApp(t, '2019-06-20T12:00:00Z')
  const BCP = 'bournemouth-christchurch-poole'
  const source = await testSource(app, `${BCP}/tax`, { services: ['pay-council-tax'], provider_for: ['poole', 'bournemouth'] })
  const paid = (authority: string, day: string, amount_pence: number, more: object = {}) =>
    event(`${authority}-${day}`, { ...TAX, authority, occurred_at: `${day}T12:00:00Z`, amount_pence, ...more })
  await send(app, 'events', source, [
    paid('poole', '2019-03-05', 100, { count: 3, duration_seconds: 4 }), paid('bournemouth', '2019-03-06', 50, { duration_seconds: 60 }),
    paid(BCP, '2019-04-08', 70, { duration_seconds: 60 })
  ])
  const asked = {
    ...TAX,
    authority: BCP,
    predecessors: 'include',
    period: 'month',
    start_on: '2019-03-01',
    end_on: '2019-04-30',
    group_by: 'authority'
  }
  t.match(await values(app, { ...asked, measure: 'amount', statistic: 'mean' }), [
    { value: 37.5, count: 4, sum: 150 }, { value: 70, count: 1, sum: 70, break: '2019-04-01' }
  ])
  t.match(await values(app, { ...asked, measure: 'duration', statistic: 'share', within_seconds: 5 }), [
    { value: 75, count: 4, mean: 18 }, { value: 0, count: 1, mean: 60 }
  ])
})

t.test('an answer in the cache holds until something of its own is committed', async (t) => {
  const { app, source } = await payments(t)
  const asked = { ...TAX, ...MAY, end_on: '2014-05-11' }
  const [amounts, cost] = [{ ...asked, measure: 'amount' }, { ...asked, measure: 'total_cost_pence' }]
  t.same([told(await askSeries(app, amounts)), told(await askSeries(app, cost))], [[['', [19_000, 'ok']]], [['', MISSING]]])
  await send(app, 'events', source, on('9', '06', { ...TAX, amount_pence: 1 }))
  const figure = { ...TAX, authority: 'solihull', measure: 'total_cost_pence', period: 'week', start_on: '2014-05-05', value: 5 }
  await send(app, 'observations', source, figure)
  t.same([told(await askSeries(app, amounts)), told(await askSeries(app, cost))], [
    [['', [19_001, 'ok']]], [['', [5, 'ok']]]
  ])
})
