import t, { type Test } from 'tap'
import { up } from '../../migrations/0010-revisions.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, kpiUrl, operator, put, send, seriesUrl, urlOf } from '../support/builders.ts'

const MONTHS = { period: 'month', start_on: '2014-03-01', end_on: '2014-05-31' }
const SERVICES = ['report-missed-bin', 'pay-council-tax']
const on = (day: string, more: object = {}): object => ({ occurred_at: `${day}T12:00:00Z`, ...more })

interface Told { data: Array<{ group: object, values: Array<{ value: number | null, status: string }> }> }
const told = ({ data }: Told): unknown =>
  data.map(({ values }) => values.map(({ value, status }) => `${value} ${status}`).join(', '))

async function site (t: Test) {
  const { app, database } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: SERVICES, provider_for: ['solihull', 'coventry']
  })
  await send(app, 'events', headers, [
    event('march', on('2014-03-10')),
    event('april', on('2014-04-10', { count: 3 })),
    event('may', on('2014-05-10')),
    event('tax', on('2014-05-10', { service: 'pay-council-tax' })),
    event('coventry', on('2014-04-11', { authority: 'coventry' }))
  ])
  // Few days have a report: any coverage will do.
  const { kpi: _kpi, version: _version, created_at: _at, links: _links, ...definition } =
    await get(app, '/v1/kpis/transactions')
  await put(app, '/v1/kpis/transactions', { ...definition, min_coverage: 0 })
  const series = async (more: object = {}) => told(await get(app, seriesUrl({ ...MONTHS, ...more })))
  const kpi = async (more: object = {}) => told(await get(app, kpiUrl('transactions', { ...MONTHS, ...more })))
  const correct = async (id: string, more: object) =>
    await send(app, 'events', headers, event(id, { revision: 2, ...more }))
  return { app, database, headers, series, kpi, correct }
}

t.test('a correction marks the periods of what the event said before and says now', async (t) => {
  const { app, series, kpi, correct, headers } = await site(t)
  t.same(await series(), ['1 ok, 3 ok, 1 ok'], 'nothing yet')
  await send(app, 'events', headers, event('new', on('2014-03-11')))
  t.same(await series(), ['2 ok, 3 ok, 1 ok'], 'a new event corrects nothing')
  await correct('april', on('2014-05-11', { count: 3 }))
  await send(app, 'events', headers, event('april2', on('2014-04-12', { count: 2 })))
  t.same(await series(), ['2 ok, 2 revised, 4 revised'], 'moved from April to May')
  t.same(await kpi(), await series(), 'KPIs say the same')
  t.same(await series({ period: 'day', start_on: '2014-05-10', end_on: '2014-05-11' }), ['1 ok, 3 revised'])
  t.same(await series({ service: 'pay-council-tax' }), ['null missing, null missing, 1 ok'], 'of this service')
  await correct('tax', on('2014-05-10', { service: 'pay-council-tax', authority: 'coventry' }))
  t.same(await series({ service: 'pay-council-tax', authority: 'coventry' }),
    ['null missing, null missing, 1 revised'])
  t.same(await series({ authority: 'coventry' }), ['null missing, 1 ok, null missing'], 'other authorities are as they were')
  const { rows } = await get(app, urlOf('/v1/kpis/transactions/comparison', {
    service: 'report-missed-bin', period: 'month', start_on: '2014-05-01'
  })).then(({ data }) => ({ rows: data.filter(({ value }: { value: unknown }) => value !== null) }))
  t.match(rows, [{ status: 'revised', value: 4 }], 'comparisons too')
})

t.test('a void marks its period, and so does the revision that ends it', async (t) => {
  const { app, series, kpi, headers } = await site(t)
  await send(app, 'events', headers, event('may2', on('2014-05-12')))
  t.equal((await call(app, 'DELETE', '/v1/events/may2', headers)).status, 200)
  t.same(await series(), ['1 ok, 3 ok, 1 revised'])
  t.equal((await call(app, 'DELETE', '/v1/events/march', headers)).status, 200)
  t.same(await series(), ['null missing, 3 ok, 1 revised'], 'no figure, no status of one')
  await send(app, 'events', headers, event('march', on('2014-04-01', { revision: 2 })))
  t.same(await series(), ['null missing, 4 revised, 1 revised'], 'back on another day')
  t.same(await kpi(), await series())
})

t.test('by channel, outcome, ward and street the mark does not tell whose event it was', async (t) => {
  const { app, series, kpi, correct, headers } = await site(t)
  const wards = ['E05001284', 'E05001286']
  await send(app, 'events', headers, wards.map((ward, i) =>
    event(`w${i}`, on('2014-05-20', { ward, street: 45203500 + i, channel: ['web', 'telephone-agent'][i] }))
  ))
  await correct('w0', on('2014-05-20', { ward: wards[0], street: 45203500, channel: 'web', outcome: 'confirmed' }))
  for (const group_by of ['channel', 'outcome', 'ward', 'street']) {
    const { data } = await get(app, seriesUrl({ ...MONTHS, group_by }), operator) as Told
    t.ok(data.length > 1, `${group_by}: ${data.length}`)
    t.ok(data.every(({ values }) => values[2]?.status === 'revised'), `every ${group_by} in May`)
    t.notOk(data.some(({ values }) => values[0]?.status === 'revised'), `no ${group_by} in March`)
  }
  t.match(await series({ outcome: 'reported' }), [/revised$/])
  t.match(await kpi({ group_by: 'channel' }), [/revised$/, /revised$/])
})

t.test('where counts hold, corrected events change nothing', async (t) => {
  const { app, series, kpi, correct, headers } = await site(t)
  await put(app, '/v1/authorities/solihull/services/report-missed-bin/authoritative', {
    type: 'transaction', from_on: '2014-05-01', basis: 'counts'
  })
  await send(app, 'observations', headers, {
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'transactions',
    period: 'month',
    start_on: '2014-05-01',
    value: 9
  })
  await correct('may', on('2014-05-10', { count: 8 }))
  t.same(await series(), ['1 ok, 3 ok, 9 ok'])
  await correct('april', on('2014-04-10', { count: 4 }))
  t.same(await series(), ['1 ok, 4 revised, 9 ok'], 'days on which events count')
  t.same(await kpi(), ['1 ok, 4 revised, 9 ok'])
})

t.test('the migration finds the days of earlier corrections', async (t) => {
  const { app, database, correct, headers } = await site(t)
  await correct('april', on('2014-05-11', { authority: 'coventry' }))
  await correct('tax', on('2014-05-12', { service: 'pay-council-tax' }))
  for (const id of ['coventry', 'tax']) await call(app, 'DELETE', `/v1/events/${id}`, headers)
  await send(app, 'events', headers, event('tax', on('2014-05-13', { service: 'pay-council-tax', revision: 3 })))
  const days = async () => (await database.pool.query('SELECT * FROM revised_day ORDER BY 1, 2, 3, 4')).rows
  const written = await days()
  t.equal(written.length, 6)
  await database.pool.query('DROP TABLE revised_day, observation_replacement')
  await up(database.db as never)
  t.same(await days(), written)
})
