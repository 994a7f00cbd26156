import t from 'tap'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { event, get, release, send } from '../support/builders.ts'

// What comes between a release and a question, of days that were released.

const WEEK = 'service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=ward'
const ENDPOINTS = [
  `/v1/series?authority=solihull&${WEEK}`,
  `/v1/series?authority=solihull&${WEEK}&group_by=channel`,
  `/v1/kpis/transactions/series?authority=solihull&${WEEK}`,
  `/v1/kpis/digital-take-up/series?authority=solihull&${WEEK}`,
  '/data/solihull-report-missed-bin/transactions-by-ward?period=week&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z&group_by=ward&collect=count:sum'
]

t.test('a count that came after the release does not show, not even as a change', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const at = { occurred_at: '2014-05-27T10:00:00Z' }
  await send(app, 'events', headers, [
    event('first', { ...at, ward: 'E05001286', count: 9 }),
    event('later', { occurred_at: '2014-06-03T10:00:00Z', ward: 'E05001286', count: 9 })
  ])
  await release(app)
  const read = async () => await Promise.all(ENDPOINTS.map(async (url) => JSON.stringify((await get(app, url)).data)))
  const released = await read()
  for (const [i, body] of released.entries()) t.match(body, /:9\b/, ENDPOINTS[i] ?? '')
  for (const [n, ward] of ['E05001284', 'E05001285', 'E05001286'].entries()) {
    await send(app, 'events', headers, event(`late-${n}`, { ...at, ward }))
    t.same(await read(), released, `one more in ${ward}`)
  }
  t.equal((await get(app, `/v1/series?authority=solihull&${WEEK.replace('&group_by=ward', '')}`)).data[0].values[0].value, 12,
    'the authority’s own figure is live')
  clock.now += 7 * 86_400_000
  await send(app, 'events', headers, event('next', { occurred_at: '2014-06-10T10:00:00Z', ward: 'E05001286', count: 9 }))
  t.equal((await release(app)).length, 1)
  const values = (text: string): unknown[] => JSON.parse(text).flatMap((group: any) =>
    group.values.map((value: any) => [value.value, value.numerator, value['count:sum']]))
  t.same((await read()).map(values), released.map(values), 'nor does the next release change what was released')
})
