import t from 'tap'
import { testApp } from '../support/app.ts'
import { call, get, kpiUrl, operator, put, send, testSource, urlOf } from '../support/builders.ts'
import { counting, documented, quietDays } from '../support/kpi-details.ts'

const [LIGHTS, TAX, MENDED] = ['street-lighting-reporting', 'pay-council-tax', 'mended-within-5-days']

t.test('a definition is tried before it is put', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const definition = documented(MENDED)
  const preview = async (parameters: Record<string, string | string[]>, body: object = definition, kpi = MENDED) => {
    const { status, body: answer } = await call(app, 'PUT', urlOf(`/v1/kpis/${kpi}`, { dry_run: 'true', ...parameters }), operator, body)
    return { status, ...answer }
  }
  const shown = async (parameters: Record<string, string | string[]>, body: object = definition) =>
    (await preview(parameters, body)).data.map(({ group, values }: any) =>
      [group.authority, group.service, values.flatMap(({ value }: any) => value ?? [])])
  const sends = async (authority: string, service: string, rows: object[]) => {
    const headers = await testSource(app, `${authority}/${service}`, { services: [service] })
    await send(app, 'events', headers, rows.map((one, i) => ({ id: `e${i}`, authority, service, channel: 'web', outcome: 'completed', ...one })))
  }
  await sends('solihull', LIGHTS, [
    ...quietDays('2014-04-01', '2014-06-09', {}),
    { occurred_at: '2014-05-02T12:00:00Z', duration_seconds: 432_000 },
    { occurred_at: '2014-05-03T12:00:00Z', duration_seconds: 432_001 }
  ])
  await sends('kirklees', LIGHTS, [{ occurred_at: '2014-06-09T12:00:00Z' }])
  await sends('leeds', TAX, [{ occurred_at: '2014-05-09T12:00:00Z', duration_seconds: 1 }])
  const before = (await pool.query('SELECT count(*) FROM kpi_definition')).rows
  const audited = (await pool.query('SELECT count(*) FROM audit')).rows

  const may = { authority: 'solihull', service: LIGHTS, start_on: '2014-05-01', end_on: '2014-05-31' }
  const tried = await preview(may)
  t.match(tried, {
    status: 200,
    dry_run: true,
    kpi: MENDED,
    version: 1,
    unit: 'percent',
    data: [{ group: { authority: 'solihull', service: LIGHTS }, values: [{ numerator: 1, denominator: 2, value: 50, met: false, definition_version: 1 }] }]
  })
  t.same(await shown({}), [['kirklees', LIGHTS, []], ['solihull', LIGHTS, [50]], ['leeds', TAX, [100]]])
  t.equal((await preview({})).data[0].values.length, 12)
  t.same(await shown({ service: LIGHTS }), [['kirklees', LIGHTS, []], ['solihull', LIGHTS, [50]]])
  t.same(await shown({ authority: 'leeds' }), [['leeds', TAX, [100]]])
  t.same(await shown({ period: 'week', start_on: '2014-04-28', end_on: '2014-05-04', authority: 'solihull' }), [['solihull', LIGHTS, [50]]])
  t.same(await shown({ authority: 'dudley', service: LIGHTS, duration: '1' }), [['dudley', LIGHTS, []]], 'named, so it is shown')
  t.same(await shown({}, counting([{ events: 'transaction', outcomes: { completed: 1 }, attribute: { name: 'reason' } }])), [], 'none of these services declares it')
  t.same(await shown({}, { ...definition, effective_from: '2030-01-01', state: 'proposed' }), await shown({}), 'as if always in force')
  t.same(await shown({}, { ...definition, state: 'retired' }), [])

  t.match(await preview(may, { ...definition, unit: 'pence', numerator: [{ events: 'rating', outcomes: { completed: 1 } }] }), {
    status: 400, detail: /numerator\/0\/outcomes/
  })
  t.match(await preview({ ...may, authority: 'nowhere' }), { status: 404, code: 'unknown-authority' })
  t.match(await preview({ ...may, service: 'nothing' }), { status: 404, code: 'unknown-service' })
  t.match(await preview({ ...may, start_on: '2014-06-30' }), { status: 400, code: 'invalid-period-range' })
  t.match(await call(app, 'PUT', `/v1/kpis/${MENDED}?authority=solihull`, operator, definition), { status: 400, body: { detail: /dry_run=true/ } })

  t.same((await pool.query('SELECT count(*) FROM kpi_definition')).rows, before, 'nothing was stored')
  t.same((await pool.query('SELECT count(*) FROM audit')).rows, audited)
  t.equal((await call(app, 'PUT', `/v1/kpis/${MENDED}?dry_run=true`, {}, definition)).status, 401)
  t.equal((await call(app, 'GET', `/v1/kpis/${MENDED}`)).status, 404)
  await put(app, `/v1/kpis/${MENDED}`, definition)
  t.same((await get(app, kpiUrl(MENDED, { period: 'month', ...may }))).data[0].values, tried.data[0].values, 'and once it is put, it is so')
  t.equal((await preview(may)).version, 2)
})

t.test('what is shown is bounded, and a definition of figures finds who sent them', async (t) => {
  const { app } = await testApp(t)
  const slugs = ['solihull', 'kirklees', 'leeds', 'dudley', 'birmingham', 'wolverhampton', 'sandwell']
  for (const [i, authority] of slugs.entries()) {
    const headers = await testSource(app, `${authority}/crm`, { services: [TAX] })
    await send(app, 'observations', headers, ['2014-04-01', '2014-05-01'].slice(i < 5 ? 0 : 1).map((start_on) =>
      ({ authority, service: TAX, measure: 'total_cost_pence', period: 'month', start_on, value: 100 })))
  }
  const { body: { data } } = await call(app, 'PUT', '/v1/kpis/cost?dry_run=true', operator, counting(
    [{ measure: 'total_cost_pence' }], null, { unit: 'pence' }
  ))
  t.same(data.map(({ group }: any) => group.authority).sort(), slugs.slice(0, 5).sort(), 'those with most values')
})
