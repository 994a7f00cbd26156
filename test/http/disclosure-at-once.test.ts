import pg from 'pg'
import t from 'tap'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'

// What is committed between the plan of what may be published and the figures themselves. The figures are made to wait
// by a lock on the table that they are in, while events still come in beside it.
const WAITING =
  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

t.test('a count that came after it was decided what may be published does not show', async (t) => {
  const { app, connectionString } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const send = async (id: string, ward: string) => {
    const event = {
      id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T10:00:00Z', channel: 'web', ward
    }
    t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: event })).json().stored, 1)
  }
  for (let i = 0; i < 9; i++) await send(`e-${i}`, 'E05001286')
  const locker = new pg.Client({ connectionString })
  await locker.connect()
  t.teardown(async () => await locker.end())
  const doors = [
    '/v1/series?authority=solihull&service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=ward',
    '/v1/kpis/transactions/series?authority=solihull&service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=ward',
    '/data/solihull-report-missed-bin/transactions-by-ward?period=week&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z&group_by=ward&collect=count:sum'
  ]
  for (const [n, door] of doors.entries()) {
    const read = async () => (await app.inject(door)).body
    t.equal((await app.inject(door)).statusCode, 200, door) // now the plan is kept
    await locker.query('BEGIN; LOCK TABLE rollup_ward_day_folded')
    const waiting = app
      // Another answer of the same plan.
      .inject(`${door.replace('end_on=2014-06-01', 'end_on=2014-06-08')}${door.startsWith('/data') ? '&limit=99' : ''}`)
    await waitUntil('it waits', async () => (await locker.query(WAITING)).rowCount !== 0)
    await send(`late-${n}`, ['E05001284', 'E05001285', 'E05001288'][n]!)
    await locker.query('COMMIT')
    const { statusCode, body } = await waiting
    t.equal(statusCode, 200)
    t.notMatch(body, /"(?:value|numerator|count:sum)":1(?:\.0)?[,}]/, 'what was read while it came')
    t.notMatch(await read(), /"(?:value|numerator|count:sum)":1(?:\.0)?[,}]/, 'nor what is read after')
  }
})
