import t from 'tap'
import { foldPending } from '../../src/rollups/fold.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { event, get, release, send } from '../support/builders.ts'

t.test('years are released from the first in which there is anything, pending or folded', async (t) => {
  const { app, catalogue, database: { pool } } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const sendOn = async (...days: string[]) =>
    await send(app, 'events', headers, days.map((day) =>
      event(day, { occurred_at: `${day}T10:00:00Z`, ward: 'E05001286', count: 30 })))
  const statuses = async (status: string): Promise<string[]> => {
    const { data } = await get(app, '/v1/series?authority=solihull&service=report-missed-bin&period=financial_year' +
      '&start_on=1995-04-01&end_on=2016-03-31&filter_by=ward:E05001286')
    return data[0].values.filter((one: { status: string }) => one.status === status)
      .map(({ start_on: on }: { start_on: string }) => on.slice(0, 4))
  }
  t.same(await statuses('missing'), [], 'nothing is known of any year')
  await sendOn('2003-05-01', '2013-05-01', '2014-04-02')
  await release(app)
  t.same(await statuses('ok'), ['2003', '2013'])
  t.same(
    await statuses('missing'),
    ['1995', '1996', '1997', '1998', '1999', '2000', '2001', '2002', '2004', '2005', '2006', '2007', '2008', '2009', '2010', '2011', '2012'],
    'a silent year between two is missing, not late'
  )
  t.same(await statuses('not-yet'), ['2014', '2015'])
  const { directory } = catalogue
  const [authority, service] = [directory.authority('solihull'), directory.service('report-missed-bin')] as Array<
    { id: number }
  >
  await inTransaction(pool, async (client) => {
    await foldPending(client, [{ authorityId: authority!.id, serviceId: service!.id, type: 1 }])
  })
  await sendOn('2001-03-31')
  await release(app)
  t.same(await statuses('ok'), ['2000', '2003', '2013'], 'a year before the first is released late')

  const streets = await app.inject('/v1/series?service=report-missed-bin&group_by=authority&group_by=street&period=month&start_on=2012-04-01&end_on=2014-06-30')
  t.equal(streets.statusCode, 200, 'few years of the country are released')
})
