import t from 'tap'
import { testApp, type TestApp } from '../support/app.ts'
import {
  administratorOf, call, event, get, operator, put, send, seriesUrl, testSource, urlOf, type Headers
} from '../support/builders.ts'

type App = TestApp['app']
type Parameters = Record<string, string | number | string[]>
interface Value { value: number | null, status: string, coverage?: number, notes?: string[] }
interface Answer { data: Array<{ group: Record<string, string>, values: Value[] }> }

const TAX = 'pay-council-tax'
const BINS = 'report-missed-bin'
// Weeks from Monday 5 May 2014; the test's today is Tuesday 10 June 2014.
const MAY = { period: 'week', start_on: '2014-05-05', end_on: '2014-05-25' }

/** Values with statuses by group. */
const told = ({ data }: Answer): Record<string, Array<[number | null, string]>> => Object.fromEntries(
  data.map(({ group, values }) =>
    [Object.values(group).join(' '), values.map(({ value, status }) => [value, status] as [number | null, string])])
)
const ask = async (app: App, parameters: Parameters, headers: Headers = {}) =>
  await get(app, urlOf('/v1/series', { service: TAX, authority: 'nottingham', ...parameters }), headers)
const figure = (measure: string, start_on: string, value: number, more: object = {}) =>
  ({ authority: 'nottingham', service: TAX, measure, period: 'week', start_on, value, ...more })

t.test('events are how many there are, beside what they count', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, [
    event('1', { occurred_at: '2014-05-06T10:00:00Z', count: 5 }),
    event('2', { occurred_at: '2014-05-07T10:00:00Z', count: 0, channel: 'paper' }),
    event('3', { occurred_at: '2014-05-13T10:00:00Z', count: 7 })
  ])
  await send(app, 'events', source, event('3', { occurred_at: '2014-05-13T10:00:00Z', count: 8, revision: 2 }))
  const asked = { service: BINS, authority: 'solihull', ...MAY }
  const missing = [null, 'missing']
  t.same(told(await ask(app, asked)), { '': [[5, 'ok'], [8, 'revised'], missing] })
  t.same(told(await ask(app, { ...asked, measure: 'events' })), { '': [[2, 'ok'], [1, 'revised'], missing] })
  t.same(told(await ask(app, { ...asked, measure: 'events', group_by: 'channel' })), {
    paper: [[1, 'ok'], [0, 'revised'], missing], web: [[1, 'ok'], [1, 'revised'], missing]
  })
  t.same(told(await ask(app, { ...asked, measure: 'events', filter_by: 'channel:paper' })), {
    '': [[1, 'ok'], [0, 'revised'], missing]
  })
  t.same(told(await ask(app, { ...asked, measure: 'events', filter_by: 'outcome:confirmed' })), {
    '': [missing, missing, missing]
  }, 'who never sends an outcome has no events of it')
  const { data: _data, ...top } = await ask(app, { ...asked, measure: 'events' })
  t.match(top, { measure: 'events', statistic: 'sum', unit: 'count', bounds: undefined })
  const csv = await app.inject(urlOf('/v1/series', { ...asked, measure: 'events', format: 'csv' }))
  t.match(csv.body, 'start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\n2014-05-05,2014-05-11,2,ok,,')

  const byWard = { ...asked, measure: 'events', group_by: 'ward', filter_by: 'ward:E05001286' }
  t.same(Object.values(told(await ask(app, byWard))), [Array(3).fill([null, 'suppressed'])], 'the public')
  t.same(Object.values(told(await ask(app, byWard, operator))), [[[0, 'zero'], [0, 'revised'], missing]])
})

t.test('a count answers as it always did, and says what it is', async (t) => {
  const { app } = await testApp(t)
  await send(app, 'events', await testSource(app), event('1', { occurred_at: '2014-05-06T10:00:00Z', count: 5 }))
  const { body } = await app.inject(seriesUrl({ ...MAY, end_on: '2014-05-18' }))
  t.equal(
    body.slice(0, body.indexOf(',"time_zone"')),
    '{"data":[{"group":{},"values":[' +
      '{"start_on":"2014-05-05","end_on":"2014-05-11","value":5,"status":"ok","coverage":0.14285714285714285},' +
      '{"start_on":"2014-05-12","end_on":"2014-05-18","value":null,"status":"missing"}]}],' +
      '"annotations":[],"breaks":[],"measure":"count","statistic":"sum","unit":"count"'
  )
})

t.test('a flow adds up, needs every day, and what was not sent is missing', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app, 'nottingham/crm', { services: [TAX] })
  const cost = (start_on: string, value: number, more: object = {}) => figure('total_cost_pence', start_on, value, more)
  await send(app, 'observations', source, [
    cost('2014-05-05', 100, { channel: 'web', note: 'one clerk ill' }), cost('2014-05-05', 40, { channel: 'paper' }),
    cost('2014-05-12', 0), cost('2014-05-26', 70, { channel: 'web', provisional: true }),
    cost('2014-06-02', 5), cost('2014-06-09', 6)
  ])
  await send(app, 'observations', source, cost('2014-05-05', 110, { channel: 'web', note: 'one clerk ill' }))
  const asked = { measure: 'total_cost_pence', ...MAY, end_on: '2014-06-15' }
  const missing = [null, 'missing']
  t.same(told(await ask(app, asked)), {
    '': [[150, 'revised'], [0, 'zero'], missing, [70, 'provisional'], [5, 'ok'], [6, 'provisional']]
  })
  const answer = await ask(app, asked)
  t.match(answer, { measure: 'total_cost_pence', statistic: 'sum', unit: 'pence' })
  t.match(answer.data[0].values[0], { coverage: 1, notes: ['one clerk ill'] })
  t.same(told(await ask(app, { ...asked, group_by: 'channel' })), {
    paper: [[40, 'ok'], missing, missing, missing, missing, missing],
    web: [[110, 'revised'], missing, missing, [70, 'provisional'], missing, missing]
  }, 'what is sent for all channels is of none of them')
  t.same(told(await ask(app, { ...asked, filter_by: ['channel:web', 'channel:paper'], end_on: '2014-05-11' })), {
    '': [[150, 'revised']]
  })
  t.same(told(await ask(app, { ...asked, filter_by: 'channel:paper', end_on: '2014-05-18' })), {
    '': [[40, 'ok'], missing]
  })
  t.same(told(await ask(app, { ...asked, group_by: 'channel', top: 1, end_on: '2014-05-11' })), {
    web: [[110, 'revised']]
  })
  t.same(told(await ask(app, { measure: 'total_cost_pence', period: 'month', start_on: '2014-05-01', end_on: '2014-06-30' })), {
    '': [missing, missing]
  }, 'figures that do not cover every day give no value')
  t.same(told(await ask(app, { ...asked, start_on: '2014-05-06', end_on: '2014-05-18' })), { '': [missing, [0, 'zero']] })
  t.same(told(await ask(app, { ...asked, measure: 'uptime_seconds' }))['']?.[0], missing, 'never sent')
})

t.test('a stock is the last of a period, and authorities add up', async (t) => {
  const { app } = await testApp(t)
  const both = ['nottingham', 'leeds']
  for (const [i, authority] of both.entries()) {
    await send(app, 'observations', await testSource(app, `${authority}/crm`, { services: [TAX] }), [
      { ...figure('dwellings_billed', '2014-05-05', 300 + i), authority },
      { ...figure('dwellings_billed', '2014-05-12', 400 + i), authority },
      { ...figure('total_cost_pence', '2014-05-05', 20 + i), authority },
      ...i === 0 ? [{ ...figure('total_cost_pence', '2014-05-12', 60), authority }] : []
    ])
  }
  const month = { measure: 'dwellings_billed', period: 'month', start_on: '2014-05-01', end_on: '2014-06-30' }
  t.same(told(await ask(app, month)), { '': [[400, 'ok'], [null, 'missing']] })
  t.match(await ask(app, month), { statistic: 'last', unit: 'dwellings' })
  t.same(told(await ask(app, { ...month, authority: both })), { '': [[801, 'ok'], [null, 'missing']] })
  t.same(told(await ask(app, { ...month, authority: [...both, 'york'], group_by: 'authority' })), {
    leeds: [[401, 'ok'], [null, 'missing']],
    nottingham: [[400, 'ok'], [null, 'missing']],
    york: [[null, 'missing'], [null, 'missing']]
  })
  const cost = { measure: 'total_cost_pence', ...MAY, authority: both }
  t.same(told(await ask(app, cost)), { '': [[41, 'ok'], [60, 'ok'], [null, 'missing']] })
  t.match((await ask(app, cost)).data[0].values.map(({ coverage }: Value) => coverage), [1, 0.5, undefined])
})

t.test('predecessors: flows of all who were there, stocks of who is there at the end', async (t) => {
  const { app } = await testApp(t, '2020-06-20T12:00:00Z')
  const BCP = 'bournemouth-christchurch-poole'
  const old = ['bournemouth', 'christchurch', 'poole']
  const source = await testSource(app, `${BCP}/bins`, { services: [BINS], provider_for: old })
  const sent = (authority: string, measure: string, start_on: string, value: number) =>
    ({ authority, service: BINS, measure, period: 'quarter', start_on, value })
  await send(app, 'observations', source, [
    ...old.flatMap((one, i) => [
      sent(one, 'collections_made', '2019-01-01', 10 + i), sent(one, 'items_on_loan', '2019-01-01', 3)
    ]),
    ...['2019-04-01', '2019-07-01', '2019-10-01'].flatMap((quarter) => [
      sent(BCP, 'collections_made', quarter, 100), sent(BCP, 'items_on_loan', quarter, 9)
    ])
  ])
  const year = { service: BINS, period: 'year', start_on: '2019-01-01', end_on: '2019-12-31' }
  const merged = { ...year, authority: BCP, predecessors: 'include' }
  t.same(told(await ask(app, { ...merged, measure: 'collections_made' })), { '': [[333, 'ok']] })
  t.same(told(await ask(app, { ...merged, measure: 'collections_made', group_by: 'authority' })), { [BCP]: [[333, 'ok']] })
  t.same(told(await ask(app, { ...merged, measure: 'items_on_loan' })), { '': [[9, 'ok']] }, 'never those of before too')
  t.match((await ask(app, { ...merged, measure: 'collections_made' })).breaks, [{ on: '2019-04-01' }])
  t.same(told(await ask(app, { ...merged, measure: 'items_on_loan', period: 'quarter' })), {
    '': [[9, 'ok'], [9, 'ok'], [9, 'ok'], [9, 'ok']]
  })
  t.same(told(await ask(app, { ...year, authority: 'poole', measure: 'collections_made' })), { '': [[12, 'ok']] })
})

t.test('figures of people follow disclosure control, by ward too; money does not', async (t) => {
  const { app } = await testApp(t, '2026-06-10T12:00:00Z')
  const source = await testSource(app, 'solihull/crm', { services: [TAX] })
  const week = { authority: 'solihull', service: TAX, period: 'week', start_on: '2026-04-06' }
  const [small, large] = ['E05001286', 'E05001287']
  await send(app, 'observations', source, [
    { ...week, measure: 'found_yes', value: 2, ward: small }, { ...week, measure: 'found_yes', value: 50, ward: large },
    { ...week, measure: 'total_cost_pence', value: 2, ward: small }, { ...week, measure: 'found_yes', value: 52 }
  ])
  const asked = { authority: 'solihull', period: 'week', start_on: '2026-04-06', end_on: '2026-04-12' }
  const byWard = { ...asked, measure: 'found_yes', group_by: 'ward' }
  const suppressed = [[null, 'suppressed']]
  t.match(told(await ask(app, byWard)), { [small]: suppressed, [large]: suppressed })
  t.match(told(await ask(app, byWard, operator)), { [small]: [[2, 'ok']], [large]: [[50, 'ok']] })
  t.match(told(await ask(app, { ...byWard, measure: 'total_cost_pence' })), {
    [small]: [[2, 'ok']], [large]: [[null, 'missing']]
  })
  t.same(told(await ask(app, { ...asked, measure: 'found_yes' })), { '': [[52, 'ok']] })
  await put(app, '/v1/disclosure-rules/solihull/all/authority', { threshold: 60, round_to: 5 })
  t.same(told(await ask(app, { ...asked, measure: 'found_yes' })), { '': suppressed })
  t.same(told(await ask(app, { ...asked, measure: 'found_yes' }, operator)), { '': [[52, 'ok']] })
  await send(app, 'observations', source, [
    { ...week, measure: 'found_no', value: 63 }, { ...week, measure: 'total_cost_pence', value: 63 }
  ])
  t.same(told(await ask(app, { ...asked, measure: 'found_no' })), { '': [[65, 'ok']] }, 'rounded')
  t.same(told(await ask(app, { ...asked, measure: 'total_cost_pence' })), { '': [[63, 'ok']] }, 'nobody is in it')

  await put(app, '/v1/publication-rules/solihull/all/2026-04-01', { audience: 'authority' })
  t.same(told(await ask(app, { ...asked, measure: 'total_cost_pence' })), { '': [[null, 'not-yet']] })
  const own = await administratorOf(app, 'solihull')
  t.same(told(await ask(app, { ...asked, measure: 'total_cost_pence' }, own)), { '': [[63, 'ok']] })
})

t.test('what cannot be asked is refused in a sentence', async (t) => {
  const { app } = await testApp(t)
  const refused = async (parameters: Parameters): Promise<[number, string]> => {
    const { status, body } = await call(app, 'GET', urlOf('/v1/series', {
      service: TAX, authority: 'nottingham', ...MAY, ...parameters
    }))
    return [status, body.detail]
  }
  for (const [parameters, status, detail] of [
    [{ measure: 'total_cost_penc' }, 404, /no measure total_cost_penc\. Did you mean total_cost_pence/],
    [{ measure: 'found_yes', group_by: 'channel' }, 400, /found_yes are of all channels together/],
    [{ measure: 'total_cost_pence', group_by: 'outcome' }, 400, /not of outcomes or streets/],
    [{ measure: 'total_cost_pence', filter_by: 'street:45203501', period: 'month' }, 400, /not of outcomes or streets/],
    [{ measure: 'total_cost_pence', group_by: 'ward', filter_by: 'channel:web' }, 400, /not of both/],
    [{ measure: 'total_cost_pence', group_by: 'attribute:customer' }, 400, /have no attributes/],
    [{ measure: 'total_cost_pence', statistic: 'mean' }, 400, /has no statistic=mean; it has sum\./],
    [{ measure: 'dwellings_billed', statistic: 'sum' }, 400, /it has last\./],
    [{ statistic: 'mean' }, 400, /measure=count has no statistic=mean/],
    [{ measure: 'amount', statistic: 'median' }, 400, /it has sum, mean\./],
    [{ measure: 'amount', within_seconds: 60 }, 400, /within_seconds is the target of measure=duration/],
    [{ measure: 'duration', statistic: 'share' }, 400, /needs within_seconds/],
    [{ measure: 'duration', within_seconds: 61 }, 400, /the nearest: 60 and 90\./],
    [{ group_by: 'reason' }, 400, /group_by=reason is not understood; use authority, .* or attribute:<name>/]
  ] as const) {
    const [got, why] = await refused(parameters)
    t.equal(got, status, why)
    t.match(why, detail)
  }
})
