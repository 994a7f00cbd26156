import type { Test } from 'tap'
import { event, put, release, send, testSource } from './builders.ts'
import { testApp, type TestApp } from './app.ts'

export const HOSTILE = '<script>alert("1")</script> & \'bins\''

/** Three councils: a late feed, one in time, one of which nobody can say, one that is a draft, and a hostile name. */
export async function worldOfPages (t: Test): Promise<TestApp> {
  const world = await testApp(t)
  const { app } = world
  await put(app, '/v1/services/hostile', {
    title: HOSTILE, lgsl: 1099, lgsl_label: HOSTILE, kind: 'transaction', providing_tier: 'all'
  })
  const services = ['report-missed-bin', 'pay-council-tax', 'hostile']
  for (const authority of ['solihull', 'leeds', 'dudley']) {
    const headers = await testSource(app, `${authority}/main`, { services })
    const of = (service: string, day: string) => event(`${service}-${day}`, {
      authority, service, occurred_at: `${day}T09:00:00+01:00`, ...authority === 'solihull' && { ward: 'E05001286' }
    })
    await send(app, 'events', headers, [
      of('report-missed-bin', '2014-05-27'), of('pay-council-tax', '2014-06-09'), of('hostile', '2014-06-01')
    ])
    for (const service of ['report-missed-bin', 'pay-council-tax']) {
      await put(app, `/v1/sources/${authority}/main/rhythms/${service}`, { rhythm: 'day', allowed_days: 2 })
    }
  }
  await put(app, '/v1/publication-rules/dudley/pay-council-tax/2014-01-01', { audience: 'authority' })
  await release(app)
  await app.intake.arrivals.flush()
  return world
}
