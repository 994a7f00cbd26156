import t from 'tap'
import { testApp } from '../support/app.ts'
import { call, get, kpiUrl, operator, put, send, testSource } from '../support/builders.ts'
import { documented, quietDays } from '../support/kpi-details.ts'

const [LIGHTS, MENDED, COLLECTED] = ['street-lighting-reporting', 'mended-within-5-days', 'collected-by-direct-debit']
const MAY = 'period=month&start_at=2014-05-01T00:00:00Z&end_at=2014-06-01T00:00:00Z'

t.test('the old dialect and dashboards show KPIs with details as /v1 does', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/crm', { services: [LIGHTS] })
  const mended = (day: string, more: object) =>
    ({ occurred_at: `2014-05-${day}T12:00:00Z`, outcome: 'completed', channel: 'direct-debit', ...more })
  await send(app, 'events', headers, [
    ...quietDays('2014-05-01', '2014-05-31', {}),
    mended('02', { id: 'a', duration_seconds: 432_000, count: 4, amount_pence: 12_550 }),
    mended('03', { id: 'b', duration_seconds: 432_001, amount_pence: -550 })
  ].map((one) => ({ authority: 'solihull', service: LIGHTS, channel: 'web', ...one })))
  const data = async (type: string, query: string) => (await get(app, `/data/solihull-${LIGHTS}/${type}?${query}`)).data
  t.equal((await call(app, 'GET', `/data/solihull-${LIGHTS}/${MENDED}`)).status, 404, 'before it is put')
  for (const kpi of [MENDED, COLLECTED]) await put(app, `/v1/kpis/${kpi}`, documented(kpi))

  t.test('as data types of their own', async (t) => {
    t.match(await data(MENDED, `${MAY}&collect=value:mean&collect=numerator:sum&collect=denominator:sum`), [
      { 'value:mean': 0.8, 'numerator:sum': 4, 'denominator:sum': 5 }
    ], 'of the month, not a mean of days')
    t.match(await data(MENDED, 'start_at=2014-05-02T00:00:00Z&end_at=2014-05-04T00:00:00Z'), [
      { _timestamp: /^2014-05-02/, value: 1, numerator: 4, denominator: 4, period: 'day' },
      { _timestamp: /^2014-05-03/, value: 0, numerator: 0, denominator: 1 }
    ], 'days on which none was mended have no record')
    t.match(await data(COLLECTED, `${MAY}&collect=value:sum`), [{ 'value:sum': 120 }], 'pounds')
    t.match((await data(COLLECTED, 'start_at=2014-05-03T00:00:00Z&end_at=2014-05-04T00:00:00Z'))[0], { value: -5.5, numerator: -5.5 })
    const { value } = (await get(app, kpiUrl(MENDED, { service: LIGHTS, period: 'month', start_on: '2014-05-01', duration: 1 }))).data[0].values[0]
    t.equal(value, 80, 'as /v1 says')
  })

  t.test('as a version of a KPI that came with the service', async (t) => {
    await put(app, '/v1/kpis/completion-rate', { ...documented(MENDED), effective_from: '2010-01-01' })
    t.match(await data('completion-rate', `${MAY}&collect=rate:mean&collect=completed:sum&collect=started:sum`), [
      { 'rate:mean': 0.8, 'completed:sum': 4, 'started:sum': 5 }
    ])
    const rows = (await get(app, '/data/service-aggregates/latest-dataset-values')).data
    t.match(rows.find((one: any) => one.dashboard_slug === `solihull-${LIGHTS}`), { completion_rate: 0.8 })
  })

  t.test('on a dashboard that somebody writes', async (t) => {
    const source = { 'data-group': `solihull-${LIGHTS}`, 'data-type': MENDED, 'query-params': { period: 'month', collect: ['value:mean'] } }
    const page = (type: string) => ({
      'dashboard-type': 'other',
      title: 'Street lights',
      published: true,
      modules: [{
        slug: 'mended',
        'module-type': 'single_timeseries',
        title: 'Mended within 5 days',
        'value-attribute': 'value:mean',
        axes: { y: [{ label: 'Mended in time' }] },
        'data-source': { ...source, 'data-type': type }
      }]
    })
    const { status } = await call(app, 'PUT', '/v1/dashboards/street-lights', operator, page('mended-within-5-dayz'))
    t.equal(status, 422, 'not one that there is not')
    await put(app, '/v1/dashboards/street-lights', page(MENDED))
    const { modules: [{ 'data-source': shown }] } = await get(app, '/public/dashboards?slug=street-lights')
    t.same([shown['data-group'], shown['data-type']], [`solihull-${LIGHTS}`, MENDED])
  })

  t.test('and what is not for the public is not there', async (t) => {
    await put(app, `/v1/attributes/${LIGHTS}/fault`, { title: 'What was broken', type: 'words', words: ['lamp'] })
    const definition = documented(COLLECTED)
    await put(app, '/v1/kpis/lamps', {
      ...definition,
      unit: 'count',
      numerator: [{ events: 'transaction', outcomes: { completed: 1 }, attribute: { name: 'fault' } }]
    })
    await send(app, 'events', headers, {
      ...mended('04', { id: 'c', attributes: { fault: 'lamp' } }), authority: 'solihull', service: LIGHTS
    })
    t.match(await data('lamps', `${MAY}&collect=value:sum`), [{ 'value:sum': 1 }])
    await put(app, `/v1/attributes/${LIGHTS}/fault`, { published: false })
    t.match(await data('lamps', `${MAY}&collect=value:sum`), [{ 'value:sum': null }])
    await put(app, '/v1/disclosure-rules/solihull/all/authority', { threshold: 5 })
    t.match(await call(app, 'GET', `/data/solihull-${LIGHTS}/${MENDED}?${MAY}&collect=value:mean`), {
      status: 404, body: { message: /disclosure control/ }
    })
  })
})
