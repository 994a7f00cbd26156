import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, kpiUrl, observation, release, send, seriesUrl } from '../support/builders.ts'

const NOW = '2014-06-10T12:00:00Z'

t.test('what is sent lies between 2000 and a day ahead, both included', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  const codeOf = async (path: 'events' | 'observations', row: object): Promise<string> => {
    const { body } = await call(app, 'POST', `/v1/${path}`, headers, row)
    return body.errors[0]?.code ?? 'stored'
  }
  const at = async (occurredAt: string): Promise<string> =>
    await codeOf('events', event(occurredAt.replaceAll(':', '-'), { occurred_at: occurredAt }))
  t.equal(await at('2000-01-01T00:00:00Z'), 'stored')
  t.equal(await at('1999-12-31T23:59:59.999Z'), 'too-old')
  t.equal(await at('2014-06-11T12:00:00Z'), 'stored', 'a clock may be a day fast')
  t.equal(await at('2014-06-11T12:00:00.001Z'), 'too-far-in-future')
  const from = async (startOn: string): Promise<string> =>
    await codeOf('observations', observation({ period: 'day', start_on: startOn }))
  t.equal(await from('2000-01-01'), 'stored')
  t.equal(await from('1999-12-31'), 'too-old')
  t.equal(await from('2014-06-11'), 'stored')
  t.equal(await from('2014-06-12'), 'too-far-in-future')
})

t.test('nobody reads the receipts and events of another source', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  const neighbour = await testSource(app, 'solihull/other')
  const elsewhere = await testSource(app, 'dudley/crm')
  const { receipt } = await send(app, 'events', headers, event('a'))
  const urls = [`/v1/receipts/${String(receipt)}`, '/v1/events/a']
  for (const url of urls) {
    t.equal((await call(app, 'GET', url, headers)).status, 200, url)
    for (const other of [neighbour, elsewhere]) t.equal((await call(app, 'GET', url, other)).status, 404, url)
  }
  for (const other of [neighbour, elsewhere]) {
    t.equal((await call(app, 'DELETE', '/v1/events/a', other)).status, 404, 'nor voids them')
  }
})

t.test('as many periods as are allowed, and not one more', async (t) => {
  const { app } = await testApp(t, NOW)
  const codeOf = async (url: string): Promise<unknown> => {
    const { status, body } = await call(app, 'GET', url)
    return status === 200 ? 200 : body.code
  }
  const days = (count: number) => ({
    period: 'day',
    start_on: '2010-01-01',
    end_on: new Date(Date.UTC(2010, 0, count)).toISOString().slice(0, 10)
  })
  t.equal(await codeOf(seriesUrl(days(4000))), 200)
  t.equal(await codeOf(seriesUrl(days(4001))), 'invalid-period-range')
  t.equal(await codeOf(kpiUrl('transactions', days(1500))), 200)
  t.equal(await codeOf(kpiUrl('transactions', days(1501))), 'invalid-period-range')
})

t.test('a ward takes what happened on its first day and on its last', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const headers = await testSource(app)
  const on = async (day: string, ward: string): Promise<string> => {
    const row = event(`${ward}-${day}`, { occurred_at: `${day}T12:00:00+01:00`, ward })
    return (await call(app, 'POST', '/v1/events', headers, row)).body.errors[0]?.code ?? 'stored'
  }
  const [old, successor] = ['E05001286', 'E05016426']
  t.equal(await on('2026-05-06', old), 'stored')
  t.equal(await on('2026-05-07', old), 'unknown-ward')
  t.equal(await on('2026-05-06', successor), 'unknown-ward')
  t.equal(await on('2026-05-07', successor), 'stored')
})

t.test('streets: the twenty with the most, if nothing else is asked for', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  const streets = Array.from({ length: 22 }, (_, i) => event(`s${i}`, {
    occurred_at: '2014-04-10T08:00:00+01:00', street: 100 + i, count: 10 + i, ward: 'E05001286'
  }))
  const later = event('later', { occurred_at: '2014-05-01T08:00:00+01:00', count: 50, ward: 'E05001286' })
  await send(app, 'events', headers, [...streets, later])
  await release(app)
  const april = { period: 'month', start_on: '2014-04-01', end_on: '2014-04-30', group_by: 'street' }
  t.equal((await get(app, kpiUrl('transactions', april))).data.length, 20)
})
