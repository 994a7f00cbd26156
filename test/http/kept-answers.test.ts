import t from 'tap'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { call, event, get, kpiUrl, put, send, seriesUrl, urlOf } from '../support/builders.ts'

const HOUR_MS = 3_600_000
const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }

t.test('a kept answer is not given in another hour or on another day, though nothing was committed', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T21:30:00Z') // 22:30 in London
  const start = clock.now
  await put(app, '/v1/data-sets/a/sums', {})
  const comparison = urlOf('/v1/kpis/transactions/comparison', { service: 'report-missed-bin', period: 'day' })
  const hours = urlOf('/data/a/sums', { period: 'hour', duration: '1' })
  const today = async (): Promise<unknown> => ({
    series: (await get(app, seriesUrl({ period: 'day', duration: '1' }))).data[0].values[0].start_on,
    kpi: (await get(app, kpiUrl('transactions', { period: 'day', duration: '1' }))).data[0].values[0].start_on,
    comparison: (await get(app, comparison)).start_on,
    hour: (await get(app, hours)).data[0]._start_at
  })
  const tenth = { series: '2014-06-10', kpi: '2014-06-10', comparison: '2014-06-09' }
  const eleventh = { series: '2014-06-11', kpi: '2014-06-11', comparison: '2014-06-10' }
  t.same(await today(), { ...tenth, hour: '2014-06-10T20:00:00+00:00' })
  clock.now = start + HOUR_MS
  t.same(await today(), { ...tenth, hour: '2014-06-10T21:00:00+00:00' })
  clock.now = start + 2 * HOUR_MS
  t.same(await today(), { ...eleventh, hour: '2014-06-10T22:00:00+00:00' })
})

t.test('a kept series shows each commit of its own, and is not read again for those of others', async (t) => {
  const { app, database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const services = ['report-missed-bin', 'pay-council-tax']
  const [solihull, coventry] = [
    await testSource(app, 'solihull/bartec', { services }), await testSource(app, 'coventry/bartec', { services })
  ]
  // Each statement takes a connection, or is in a transaction that has taken one.
  const taken = t.capture(pool, 'connect', pool.connect.bind(pool))
  const read = async (): Promise<{ value: number | null, annotations: number, statements: number }> => {
    taken() // those until now
    const { data, annotations } = await get(app, seriesUrl(MAY))
    return { value: data[0].values[0].value, annotations: annotations.length, statements: taken().length }
  }
  const kept = 1 // the state is asked for
  t.ok((await read()).statements > kept, 'read')
  t.match(await read(), { value: null, annotations: 0 })
  await send(app, 'events', solihull, event('a'))
  t.match(await read(), { value: 1 })
  await send(app, 'events', solihull, event('b', { service: 'pay-council-tax' }))
  await send(app, 'events', coventry, event('c', { authority: 'coventry' }))
  t.same(await read(), { value: 1, annotations: 0, statements: kept }, 'of another service and another authority')
  await send(app, 'events', solihull, event('a', { revision: 2, count: 5 }))
  t.match(await read(), { value: 5 }, 'revised')
  await put(app, '/v1/annotations', { id: 'snow', authority: 'solihull', start_on: '2014-05-27', note: 'Snow' })
  t.match(await read(), { value: 5, annotations: 1 }, 'a note on all services')
  t.equal((await call(app, 'DELETE', '/v1/events/a', solihull)).status, 200)
  t.match(await read(), { value: null, annotations: 1 }, 'withdrawn')
  t.equal((await read()).statements, kept)
})
