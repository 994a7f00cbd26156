import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, get, send } from '../support/builders.ts'

const SERVICE = 'renew-library-item'

t.test('typed records of many years, read some at a time, bear their own days', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/lms', { services: [SERVICE] })
  const on = (day: string, channel: string): object =>
    event(`${day} ${channel}`.replace(' ', '-'), { service: SERVICE, channel, occurred_at: `${day}T10:00:00Z` })
  await send(app, 'events', headers, [
    on('2000-02-29', 'web'), on('2013-11-06', 'paper'), on('2013-11-07', 'web'), on('2014-05-27', 'paper')
  ])
  const { data } = await get(app, `/data/solihull-${SERVICE}/digital-takeup`)
  t.same(data.map(({ _timestamp: at, rate }: { _timestamp: string, rate: number }) => [at.slice(0, 10), rate]), [
    ['2000-02-29', 1], ['2013-11-06', 0], ['2013-11-07', 1], ['2014-05-27', 0]
  ])
})

t.test('latest values are of the 365 days up to today, today included', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app, 'solihull/lms', { services: [SERVICE] })
  await send(app, 'events', headers, [
    event('a', { service: SERVICE, occurred_at: '2014-06-09T10:00:00Z', count: 3 }),
    event('b', { service: SERVICE, occurred_at: '2014-06-10T10:00:00Z', count: 4 })
  ])
  const latest = async (): Promise<unknown> => {
    const { data } = await get(app, '/data/service-aggregates/latest-dataset-values')
    return data.find(({ dashboard_slug: slug }: { dashboard_slug: string }) => slug === `solihull-${SERVICE}`)
      ?.number_of_transactions
  }
  t.equal(await latest(), 7)
  clock.now = Date.parse('2015-06-09T12:00:00Z')
  t.equal(await latest(), 4, 'the last of its days')
  clock.now = Date.parse('2015-06-10T12:00:00Z')
  t.equal(await latest(), undefined)
})
