import t, { type Test } from 'tap'
import { DAY_MS } from '../../src/domain/calendar.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { Erasures } from '../../src/retention/erasures.ts'
import { retire } from '../../src/retention/retire.ts'
import { scheduleRetention } from '../../src/retention/schedule.ts'
import { writersInFlight } from '../../src/postgres/writers-in-flight.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { call, event, get, operator, put, send, seriesUrl } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const OLD = '2014-05-27T08:31:00+01:00'
const JUNE = seriesUrl({ period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' })

/** A council with events of May 2014, of which all are due to leave. */
async function due (t: Test, events: number) {
  const test = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(
    test.app, 'solihull/bartec', { services: ['report-missed-bin'] }, { days: 3660 }
  )
  const rows = Array.from({ length: events }, (_, i) => event(`n${i}`, { occurred_at: OLD, street: 1 + i % 9 }))
  if (events > 0) await send(test.app, 'events', headers, rows)
  await put(test.app, '/v1/retention-rules/solihull', { months: 15 })
  test.clock.now = Date.parse('2015-09-30T12:00:00Z')
  const { pool } = test.database
  const count = async (): Promise<number> =>
    (await pool.query<{ n: number }>('SELECT count(*) AS n FROM event')).rows[0]?.n ?? -1
  return { ...test, headers, pool, count, retiring: { pool, clock: () => test.clock.now } }
}

t.test('a run that was killed between two transactions is gone on with by the next', async (t) => {
  const { app, pool, count, retiring } = await due(t, 9000)
  const before = await get(app, JUNE)
  let steps = 0
  await t.rejects(retire({
    ...retiring,
    inTurn: async (work) => {
      const done = await work()
      if (++steps === 2) throw new Error('killed')
      return done
    }
  }, 'test'), /killed/)
  const left = await count()
  t.ok(left > 0 && left < 9000, `${left} left`)
  t.same((await get(app, JUNE)).data, before.data)
  t.same(await findDifferences(pool, 10), [])
  t.match(await get(app, '/v1/retention-rules/solihull'), { left: { events: 9000 - left, finished: false } })
  t.match(await retire(retiring, 'test'), { moved: 0, events: left, finished: [{ events: 9000 }] })
  t.equal(await count(), 0)
  t.same((await get(app, JUNE)).data, before.data)
  t.same(await findDifferences(pool, 10), [])
})

t.test('one process removes rows at a time', async (t) => {
  const { retiring } = await due(t, 10)
  let other: unknown = 'not asked'
  await retire({
    ...retiring,
    inTurn: async (work) => {
      if (other === 'not asked') other = await retire(retiring, 'test')
      return await work()
    }
  }, 'test')
  t.equal(other, undefined)
  t.match(await retire(retiring, 'test'), { events: 0 }, 'the lock is given back')
})

t.test('what a writer that began before stores is removed too', async (t) => {
  const { app, pool, count, retiring } = await due(t, 5)
  const writer = await pool.connect()
  await writer.query('BEGIN')
  await writer.query("INSERT INTO event SELECT (jsonb_populate_record(event, '{\"id\":\"late\"}')).* FROM event WHERE id = 'n0'")
  const running = retire(retiring, 'test')
  await waitUntil('the cut-off has moved', async () => (await pool.query('SELECT FROM retention_cut_off')).rowCount === 1)
  const { body } = await call(app, 'GET', '/v1/retention-rules/solihull')
  t.match(body, { cut_off: '2014-06-01', left: { events: 0, finished: false } })
  t.equal(await Promise.race([running.then(() => 'done'), writersInFlight(pool, 'receipt').then(() => 'waiting')]), 'waiting')
  t.equal(await count(), 5, 'nothing leaves while it may still commit')
  await writer.query('COMMIT')
  writer.release()
  t.match(await running, { events: 6 })
  t.equal(await count(), 0)
})

t.test('events that come while their day is closed count once, or are refused', async (t) => {
  const { app, pool, headers, retiring, clock } = await due(t, 0)
  clock.now -= 60 * DAY_MS // not due yet
  let taken = 0
  const stop = new AbortController()
  const sender = async (of: number, rows: number): Promise<void> => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const batch = Array.from({ length: rows }, (_, i) => event(`s${of}-${n % 40}-${i}`, { occurred_at: OLD }))
      const { status, body } = await call(app, 'POST', '/v1/events', headers, batch)
      if (status === 200) taken += body.stored
      else if (body.errors?.[0]?.code !== 'closed-day') throw new Error(JSON.stringify(body))
    }
  }
  const senders = [sender(1, 1), sender(2, 1), sender(3, 120), sender(4, 3)]
  await waitUntil('some are taken', async () => taken > 300)
  clock.now += 60 * DAY_MS
  t.match(await retire(retiring, 'test'), { moved: 1 })
  stop.abort()
  await Promise.all(senders)
  t.equal((await pool.query("SELECT FROM event WHERE local_date < '2014-06-01'")).rowCount, 0)
  t.equal((await get(app, JUNE)).data[0].values[0].value, taken)
})

t.test('what records of data sets count as stays as long as the records', async (t) => {
  const { app, count, retiring, pool } = await due(t, 3)
  await put(app, '/v1/data-sets/waste/missed', {
    authority: 'solihull',
    service: 'report-missed-bin',
    published: true,
    mapping: { channel: 'channel', count: 'count' }
  })
  const { body: { token } } = await call(app, 'POST', '/v1/data-sets/waste/missed/tokens', {
    authorization: 'Bearer operator-token-of-the-tests'
  }, {})
  const records = [{ _id: 'r1', _timestamp: '2014-05-26T00:00:00+00:00', channel: 'web', count: 4 }]
  const post = async () => await call(app, 'POST', '/data/waste/missed', { authorization: `Bearer ${token}` }, records)
  t.match(await post(), { status: 200 })
  t.equal(await count(), 4)
  t.match(await retire(retiring, 'test'), { events: 3 })
  t.equal(await count(), 1)
  t.match(await post(), { status: 200 })
  t.equal((await get(app, JUNE)).data[0].values[0].value, 7, 'sent again, counted once')
  t.same(await findDifferences(pool, 10), [])
})

t.test('every night, once, from two o’clock in London on', async (t) => {
  const { app, pool, count, retiring, clock } = await due(t, 10)
  const said: string[] = []
  const errors: unknown[] = []
  const say = (what: string): unknown => said.push(what)
  const erasures = new Erasures({ ...retiring, say }, (error) => errors.push(error))
  const leaveErasure = async () => await pool.query(`
    INSERT INTO erasure (authority_id, source_id, ids, reason, may_be_sent_again, asked_by, asked_at)
    SELECT authority_id, id, '{n0}', 'left by another process', false, 'test', now() FROM source`)
  await leaveErasure()
  clock.now = Date.parse('2015-09-30T00:59:00Z') // 01:59 in summer
  const schedule = scheduleRetention({
    ...retiring, erasures, say, everyMs: 10, onError: (error) => errors.push(error)
  })
  t.teardown(async () => await schedule.stop())
  await waitUntil('the erasure is done', async () => await count() === 9)
  t.match(await get(app, '/v1/retention-rules/solihull'), { cut_off: null }, 'not before two')
  clock.now += 60_000
  await waitUntil('all is removed', async () => await count() === 0)
  await waitUntil('it is said', () => said.length === 3)
  await pool.query('UPDATE retention_cut_off SET finished_at = NULL')
  for (const looks of [4, 5]) { // each look ends an erasure before it would remove anything
    await leaveErasure()
    await waitUntil('it has looked again', () => said.length === looks)
  }
  await schedule.stop()
  t.same(said, [
    'events erased', 'removing raw rows of closed days', 'raw rows of closed days removed', 'events erased',
    'events erased'
  ], 'not again that day')
  t.same(errors, [])
  t.match((await get(app, '/v1/audit?action=remove-raw-rows', operator)).data, [{ actor: 'schedule', detail: { events: 9 } }])
})
