import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('large bodies over connections of their own, at once and again, are stored as they were sent', async (t) => {
  const { app } = await testApp(t)
  const headers = {
    ...await testSource(app), 'content-type': 'application/json'
  }
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const bodies = Array.from({ length: 6 }, (_, body) =>
    JSON.stringify(Array.from({ length: 1200 }, (_, i) => ({
      id: `e-${body}-${i}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T08:31:00+01:00',
      channel: 'web',
      count: body + 1
    }))))
  t.ok(bodies.every(({ length }) => length > 2 * 64 * 1024), 'they come in several parts')
  const send = async (body: string): Promise<unknown> =>
    await (await fetch(`${url}/v1/events`, { method: 'POST', headers, body })).json()
  for (const counts of [{ stored: 1200, duplicates: 0 }, { stored: 0, duplicates: 1200 }]) {
    for (const receipt of await Promise.all(bodies.map(send))) {
      t.match(receipt, { received: 1200, rejected: 0, ...counts })
    }
  }
  const { data } =
    (await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'))
      .json()
  t.equal(data[0].values[0].value, 1200 * (1 + 2 + 3 + 4 + 5 + 6))
})
