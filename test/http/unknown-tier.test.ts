import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, kpiUrl, send, seriesUrl, urlOf } from '../support/builders.ts'

// Of this service the list does not say which tier provides it.
const SERVICE = 'supervised-medication-in-school'
const MAY = { service: SERVICE, period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const JUNE = { ...MAY, start_on: '2014-06-01', end_on: '2014-06-30' }
const names = ({ data }: any): string[] => data.map(({ group }: any) => group.authority)
const days = Array.from({ length: 31 }, (_, i) => `2014-05-${String(i + 1).padStart(2, '0')}`)

t.test('a service that nobody is known to deliver may be reported by any, and is expected of none', async (t) => {
  const { app } = await testApp(t)
  t.same(names(await get(app, urlOf('/v1/series', { ...MAY, group_by: 'authority' }))), [], 'nobody reported')
  t.same((await get(app, urlOf('/v1/kpis/transactions/series', { ...MAY, group_by: 'authority' }))).data, [])
  const source = await testSource(app, 'solihull/pupils', { services: [SERVICE], provider_for: ['surrey'] })
  await send(app, 'events', source, days.map((day) =>
    event(day, { service: SERVICE, occurred_at: `${day}T12:00:00Z`, count: 2 })))
  t.match(await send(app, 'events', source, event('s', { service: SERVICE, authority: 'surrey' })), { stored: 1 }, 'any tier')

  t.same(names(await get(app, urlOf('/v1/series', { ...MAY, group_by: 'authority' }))), ['solihull', 'surrey'])
  t.same(names(await get(app, urlOf('/v1/series', { ...JUNE, group_by: 'authority' }))), [])
  t.same(names(await get(app, urlOf('/v1/kpis/transactions/series', { ...MAY, group_by: 'authority' }))), [
    'solihull', 'surrey'
  ])
  const series = await get(app, seriesUrl({ ...MAY, authority: ['leeds', 'solihull'], group_by: 'authority' }))
  t.match(series.data, [
    { group: { authority: 'leeds' }, values: [{ value: null, status: 'not-delivered' }] },
    { group: { authority: 'solihull' }, values: [{ value: 62, status: 'ok', coverage: 1 }] }
  ])
  const sum = await get(app, seriesUrl({ ...MAY, authority: ['leeds', 'solihull'] }))
  t.match(sum.data[0].values, [{ value: 62, status: 'ok', coverage: 1 }], 'a silent one takes nothing from it')
  const later = await get(app, seriesUrl({ ...MAY, start_on: '2014-07-01', end_on: '2014-07-31' }))
  t.match(later.data[0].values, [{ value: null, status: 'not-delivered' }], 'never missing')

  const kpi = await get(app, kpiUrl('transactions', { ...MAY, authority: ['leeds', 'solihull'], group_by: 'authority' }))
  t.match(kpi.data.map(({ values: [value] }: any) => value), [
    { value: null, status: 'not-delivered', reason: 'not-declared' }, { value: 62, status: 'ok' }
  ])
  const perHead = await get(app, kpiUrl('transactions', { ...JUNE, authority: 'leeds' }))
  t.match(perHead.data[0].values[0], { status: 'not-delivered', reason: 'not-declared' })

  const comparison = async (start: string) => await get(app, urlOf('/v1/kpis/transactions/comparison', {
    service: SERVICE, period: 'month', start_on: start, group: 'all'
  }))
  const { data, group } = await comparison('2014-05-01')
  t.equal(data.length, 2)
  t.match(group, { authorities: 2, reporting: 2 })
  t.equal((await comparison('2014-04-01')).data.length, 0, 'nobody reported that month')
  t.equal((await call(app, 'GET', `/v1/services/${SERVICE}/savings?period=month&start_on=2014-05-01`)).status, 200)
})

t.test('an authority lists what it delivers and what it reported, not a thousand services', async (t) => {
  const { app } = await testApp(t)
  const services = async () => (await get(app, '/v1/authorities/solihull')).services as Array<{ service: string }>
  const before = await services()
  t.ok(before.length < 300, `${before.length} services`)
  t.notOk(before.some(({ service }) => service === SERVICE))
  const source = await testSource(app, 'solihull/pupils', { services: [SERVICE] })
  await send(app, 'events', source, event('a', { service: SERVICE }))
  const added = (await services()).filter(({ service }) => !before.some((one) => one.service === service))
  t.match(added, [{ service: SERVICE, delivers: 'unknown', newest_day: '2014-05-27' }])
  t.match(await get(app, `/v1/authorities/leeds/services/${SERVICE}`), { provision: { delivers: 'unknown' } })
})

t.test('what councils counted is reported as well', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app, 'solihull/pupils', { services: [SERVICE] })
  await send(app, 'observations', source, [{
    authority: 'solihull', service: SERVICE, measure: 'transactions', period: 'month', start_on: '2014-05-01', value: 9
  }])
  const { data } = await get(app, urlOf('/v1/series', { ...MAY, group_by: 'authority' }))
  t.match(data, [{ group: { authority: 'solihull' }, values: [{ value: 9, basis: 'counts', coverage: 1 }] }])
  const { services } = await get(app, '/v1/authorities/solihull')
  t.ok(services.some(({ service }: { service: string }) => service === SERVICE))
})
