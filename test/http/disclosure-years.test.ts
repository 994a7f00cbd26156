import t from 'tap'
import { foldPending } from '../../src/rollups/fold.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'

t.test('over many years only those are decided on in which there is anything, pending or folded', async (t) => {
  const { app, catalogue, database: { pool } } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const send = async (...days: string[]) => {
    const events = days.map((day) => ({
      id: day,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: `${day}T10:00:00Z`,
      channel: 'web',
      ward: 'E05001286'
    }))
    t.equal(
      (await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).json().stored, days.length
    )
  }
  const statuses = async () => {
    const answer = await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=financial_year&start_on=1950-04-01&duration=100&filter_by=ward:E05001286')
    const { data } = answer.json<{ data: Array<{ values: Array<{ start_on: string, status: string }> }> }>()
    return Object
      .fromEntries(data[0]!.values.filter(({ status }) => status !== 'missing').map((
        { start_on, status }
      ) => [start_on.slice(0, 4), status]))
  }
  t.same(await statuses(), {}, 'nothing at all')
  await send('2003-05-01', '2013-05-01')
  t.same(await statuses(), { 2003: 'suppressed', 2013: 'suppressed' }, 'pending')
  const { directory } = catalogue
  const [authority, service] = [directory.authority('solihull'), directory.service('report-missed-bin')] as Array<
    { id: number }
  >
  await inTransaction(pool, async (client) => {
    await foldPending(client, [{ authorityId: authority!.id, serviceId: service!.id, type: 1 }])
  })
  t.same(await statuses(), { 2003: 'suppressed', 2013: 'suppressed' }, 'folded')
  await send('2001-03-31', '2014-04-01')
  t.same(await statuses(), { 2000: 'suppressed', 2003: 'suppressed', 2013: 'suppressed', 2014: 'suppressed' }, 'both')

  const streets = await app.inject('/v1/series?service=report-missed-bin&group_by=authority&group_by=street&period=month&start_on=2012-04-01&end_on=2014-06-30')
  t.match(streets.json(), {
    code: 'invalid-request', detail: /^That is 3 years of \d+ authorities by street; ask for at most 400/
  })
})
