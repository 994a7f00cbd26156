import t, { type Test } from 'tap'
import { findDifferences, rebuildRollups } from '../../src/rollups/index.ts'
import { countClosedDays } from '../../src/rollups/verify.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { retire } from '../../src/retention/retire.ts'
import { DAY_MS } from '../../src/domain/calendar.ts'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import { skipOnCluster } from '../support/cluster.ts'
import {
  administratorOf, call, event, get, kpiUrl, observation, operator, put, release, send, seriesUrl, type Headers
} from '../support/builders.ts'
import { ROLLUPS } from '../../src/rollups/dimensions.ts'

const RULE = '/v1/retention-rules/solihull'
/** Fifteen months after June 2014, and the days of grace. */
const LATER = Date.parse('2015-10-05T12:00:00Z')
/** What is closed then: a week with days on either side. */
const CUT_OFF = '2014-07-01'

const run = async ({ database, clock }: TestApp) =>
  await retire({ pool: database.pool, clock: () => clock.now }, 'test')

const rowsOf = async ({ database: { pool } }: TestApp, table: string): Promise<number> =>
  (await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n ?? -1

const DETAILS = { amount_pence: 250, duration_seconds: 90, attributes: { reason: 'not-presented' } }

/** Events of June and July 2014 in two wards, some corrected, one voided; figures; a release. */
async function council (t: Test): Promise<{ test: TestApp, headers: Headers }> {
  const test = await testApp(t, '2014-08-05T12:00:00Z')
  const { app } = test
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], provider_for: ['birmingham']
  }, { days: 3660 })
  const days = Array.from({ length: 60 }, (_, i) => new Date(Date.parse('2014-06-02T10:00:00Z') + i * DAY_MS))
  await send(app, 'events', headers, days.flatMap((day, i) => ['E05001284', 'E05001285'].map((ward, n) =>
    event(`${n}-${i}`, {
      occurred_at: day.toISOString(),
      ward,
      street: 45203500 + i % 3,
      count: 3 + i % 5,
      channel: i % 2 ? 'web' : 'email',
      ...DETAILS
    }))))
  await send(app, 'events', headers, event('0-3', { occurred_at: days[40], revision: 2, ward: 'E05001284' }))
  await send(app, 'events', headers, event('0-7', { occurred_at: days[7], revision: 2, ward: 'E05001284' }))
  await send(app, 'events', headers, event('0-41', { occurred_at: days[41], revision: 2, ward: 'E05001284' }))
  await call(app, 'DELETE', '/v1/events/1-5', headers)
  await send(app, 'events', headers, event('birmingham', {
    authority: 'birmingham', occurred_at: '2014-06-03T10:00:00Z'
  }))
  await send(app, 'observations', headers, observation())
  await release(app, { authority: 'solihull' })
  return { test, headers }
}

const RANGE = { start_on: '2014-05-26', end_on: '2014-08-03' }
const QUESTIONS = [
  ...['day', 'week', 'month', 'financial_year'].flatMap((period) =>
    [[], ['channel'], ['outcome'], ['ward'], ['ward', 'channel']].map((group_by) =>
      seriesUrl({ period, group_by, ...RANGE }))),
  seriesUrl({ period: 'month', group_by: 'street', filter_by: 'ward:E05001284', ...RANGE }),
  kpiUrl('transactions', { period: 'week', ...RANGE }),
  kpiUrl('missed-per-100000', { period: 'week', ...RANGE }),
  kpiUrl('digital-take-up', { period: 'month', ...RANGE }),
  '/v1/kpis/transactions/comparison?group=all&service=report-missed-bin&period=month&start_on=2014-06-01&end_on=2014-06-30',
  '/v1/authorities/solihull',
  '/v1/authorities/solihull/services/report-missed-bin',
  '/v1/releases?authority=solihull',
  '/data/solihull-report-missed-bin/transactions-by-channel',
  '/data/solihull-report-missed-bin/transactions-by-channel?period=week&group_by=channel&collect=count:sum' +
    '&start_at=2014-05-26T00:00:00Z&end_at=2014-08-04T00:00:00Z',
  '/data/solihull-report-missed-bin/transactions-by-ward?period=month&group_by=ward&collect=count:sum' +
    '&start_at=2014-06-01T00:00:00Z&end_at=2014-08-01T00:00:00Z',
  '/v1/observations/solihull/report-missed-bin/collections_made?period=week&start_on=2014-05-26'
]

async function everything ({ app }: TestApp, headers: Headers): Promise<Array<[string, number, string]>> {
  const asked = QUESTIONS.flatMap((url) => [{}, operator, headers].map((who) => ({ url, who })))
  return await Promise.all(asked.map(async ({ url, who }) => {
    const { statusCode, body } = await app.inject({ url, headers: who })
    return [url, statusCode, body.replaceAll(/"instance":"[^"]*"/g, '')] as [string, number, string]
  }))
}

t.test('raw rows of closed days leave, every figure stays, and verify and rebuild know', async (t) => {
  const { test, headers } = await council(t)
  const { app, database: { pool }, clock } = test
  t.match(await get(app, RULE), { months: null, set_by: 'nobody', cut_off: null, left: null })
  await put(app, RULE, { months: 15 }, await administratorOf(app, 'solihull'))
  clock.now = LATER
  const before = await everything(test, headers)
  t.ok(before.filter(([, status]) => status === 200).length > 60)
  const [events, receipts] = [await rowsOf(test, 'event'), await rowsOf(test, 'receipt')]

  const retired = await run(test)
  t.match(retired, { moved: 1, events: 57, versions: 1 })
  t.ok((retired?.receipts ?? 0) === 0, 'all was received in August')
  t.same(await rowsOf(test, 'event'), events - 57)
  t.same(await rowsOf(test, 'receipt'), receipts)
  t.match(await get(app, RULE), {
    months: 15, set_by: 'authority', cut_off: CUT_OFF, left: { events: 57, versions: 1, finished: true }
  })
  t.same(await pool.query("SELECT FROM event WHERE local_date < '2014-07-01' AND authority_id <> (SELECT id FROM authority WHERE slug = 'birmingham' LIMIT 1)").then(({ rowCount }) => rowCount), 0)
  t.match((await get(app, '/v1/audit?action=remove-raw-rows', operator)).data, [
    { actor: 'test', detail: { cut_off: CUT_OFF, events: 57 } }
  ])

  t.same(await everything(test, headers), before, 'every answer')
  t.same(await findDifferences(pool, 10), [])
  const { days, series, authorities } = await countClosedDays(pool)
  t.same([days, series, authorities], [29, 1, 1])
  await inTransaction(pool, rebuildRollups)
  t.same(await everything(test, headers), before, 'and after a rebuild')
  t.same(await findDifferences(pool, 10), [])

  t.match(await run(test), { moved: 0, events: 0, finished: [] }, 'again: nothing to do')
})

t.test('verify finds what is wrong on closed days, and on the week between', async (t) => {
  if (skipOnCluster(t, 'changes one row by its place, and looks at it within the transaction')) return
  const { test } = await council(t)
  const { app, database: { pool }, clock } = test
  await put(app, '/v1/retention-rules/all', { months: 15 })
  clock.now = LATER
  t.match(await run(test), { events: 58 })
  for (const { family, folded, view } of ROLLUPS) {
    const spoilt = await inTransaction(pool, async (client) => {
      await client.query("SELECT set_config('lock_timeout', '60s', true)")
      await client.query(`UPDATE ${folded} SET ${family.packed.map((name) => `${name} = ''`).join(', ')}
        WHERE ctid = (SELECT ctid FROM ${folded} ORDER BY ${view === 'rollup_week' ? 'year' : 'month'} LIMIT 1)`)
      const found = await findDifferences(client, 100)
      await client.query('ROLLBACK')
      return found
    })
    t.ok(spoilt.length > 0, view)
  }
})

t.test('nothing of closed days is taken: new, sent again, corrected or withdrawn', async (t) => {
  const { test, headers } = await council(t)
  const { app, database: { pool }, clock } = test
  await put(app, RULE, { months: 15 })
  clock.now = LATER
  const stays = event('0-40', { occurred_at: '2014-07-12T10:00:00Z', ward: 'E05001284', street: 45203501, count: 3, channel: 'email', ...DETAILS })
  t.match(await send(app, 'events', headers, stays), { duplicates: 1 })
  await pool.query("UPDATE retention_rule SET updated_at = '2014-01-01'")
  // The cut-off moves, and rows have not left yet.
  await pool.query("INSERT INTO retention_cut_off (authority_id, cut_off, moved_at) SELECT id, '2014-07-01', now() FROM authority WHERE slug = 'solihull'")
  const figures = await get(app, seriesUrl({ period: 'day', ...RANGE }))
  const old = { occurred_at: '2014-06-10T10:00:00Z' }
  const refusals = async (state: string): Promise<void> => {
    for (const [what, rows] of Object.entries({
      'sent again': [event('0-8', { ...old, ward: 'E05001284', count: 6, channel: 'email', street: 45203502, ...DETAILS })],
      new: [event('late', old)],
      'new, among others of the day before': Array.from({ length: 150 }, (_, i) => event(`late-${i}`, old)),
      'corrected to a closed day': [event('0-50', { ...old, revision: 2 })]
    })) {
      const { status, body } = await call(app, 'POST', '/v1/events', headers, rows)
      t.same([status, body.code, body.errors[0]?.code], [422, 'rows-rejected', 'closed-day'], `${state}: ${what}`)
    }
    const lenient = await call(app, 'POST', '/v1/events', { ...headers, prefer: 'handling=lenient' }, [
      event('late', old), stays
    ])
    t.match(lenient, { status: 200, body: { stored: 0, duplicates: 1, rejected: 1, errors: [{ index: 0, code: 'closed-day' }] } }, state)
    t.match(await call(app, 'POST', '/v1/events?dry_run=true', headers, event('late', old)), { status: 422 }, state)
  }
  await refusals('closed')
  const moved = event('0-8', { occurred_at: '2014-07-20T10:00:00Z', revision: 2 })
  t.match(await call(app, 'POST', '/v1/events', headers, moved), {
    status: 422, body: { errors: [{ code: 'closed-day' }] }
  }, 'corrected from a closed day')
  t.match(await call(app, 'DELETE', '/v1/events/0-8', headers), { status: 422, body: { code: 'closed-day' } })
  t.match(await call(app, 'DELETE', '/v1/events/1-5', headers), { status: 200 }, 'voided before: nothing to do')

  t.match(await run(test), { events: 57 })
  await refusals('removed')
  t.match(await call(app, 'DELETE', '/v1/events/0-8', headers), { status: 404 })
  t.same((await get(app, seriesUrl({ period: 'day', ...RANGE }))).data, figures.data)
  t.same(await findDifferences(pool, 10), [])
  t.match(await send(app, 'events', headers, event('of-another', { ...old, authority: 'birmingham' })), { stored: 1 })
})

t.test('a first batch of a closed day, small or large', async (t) => {
  const { app, clock, database } = await testApp(t, '2014-06-10T12:00:00Z')
  await put(app, RULE, { months: 15 })
  clock.now = LATER
  await retire({ pool: database.pool, clock: () => clock.now }, 'test')
  for (const rows of [1, 150]) {
    const headers = await testSource(app, `solihull/of-${rows}`)
    const batch = (day: string) => Array.from({ length: rows }, (_, i) => event(`${day}-${i}`, {
      occurred_at: i === rows - 1 ? `${day}T10:00:00Z` : '2014-09-01T10:00:00Z'
    }))
    t.match(await call(app, 'POST', '/v1/events', headers, batch('2014-06-30')), {
      status: 422, body: { errors: [{ index: rows - 1, code: 'closed-day' }] }
    })
    t.match(await send(app, 'events', headers, batch('2014-07-01')), { stored: rows })
  }
})

t.test('a batch whose receipt has left counts once all the same', async (t) => {
  const test = await testApp(t, '2014-06-10T12:00:00Z')
  const { app, clock } = test
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] }, { days: 3660 })
  const keyed = { ...headers, 'idempotency-key': 'night-1' }
  const ahead = event('ahead', { occurred_at: '2014-07-01T06:00:00+01:00' })
  await send(app, 'events', headers, event('e1'))
  await send(app, 'observations', keyed, observation())
  clock.now = Date.parse('2014-06-30T20:00:00Z')
  const first = await send(app, 'events', { ...headers, 'idempotency-key': 'night-2' }, ahead)
  await put(app, RULE, { months: 15 })
  clock.now = LATER
  t.match(await run(test), { events: 1, receipts: 2 })
  t.same(await send(app, 'events', { ...headers, 'idempotency-key': 'night-2' }, ahead), first, 'its event is still there')
  t.match(await call(app, 'GET', '/v1/receipts/1', headers), { status: 404 })
  t.match(await send(app, 'observations', keyed, observation()), { stored: 0, duplicates: 1 })
  t.match(await call(app, 'POST', '/v1/events', keyed, event('e1')), { status: 422 })
})

t.test('rules: who may, what is too short, and time to take it back', async (t) => {
  const test = await testApp(t, '2014-08-05T12:00:00Z')
  const { app, clock } = test
  const headers = await testSource(app)
  await send(app, 'events', headers, event('e1', { occurred_at: '2010-05-27T08:31:00+01:00' }))
  const own = await administratorOf(app, 'solihull')
  t.match(await call(app, 'PUT', RULE, own, { months: 14 }), { status: 422, body: { code: 'retention-too-short' } })
  t.match(await call(app, 'PUT', '/v1/retention-rules/all', own, { months: 24 }), { status: 403 })
  t.match(await call(app, 'PUT', '/v1/retention-rules/leeds', own, { months: 24 }), { status: 403 })
  t.match(await call(app, 'DELETE', RULE, own), { status: 404 })
  t.match(await put(app, '/v1/retention-rules/all', { months: 24 }), { authority: 'all', months: 24, set_by: 'all' })
  t.match(await get(app, RULE), { months: 24, set_by: 'all', next_cut_off: '2012-08-01', cut_off: null })
  t.match(await run(test), { moved: 0 }, 'not yet')
  t.match(await put(app, RULE, { months: null }, own), { months: null, set_by: 'authority', next_cut_off: null })
  clock.now += 8 * DAY_MS
  t.ok((await run(test))?.moved, 'others')
  t.match(await get(app, RULE), { cut_off: null })
  t.same(await rowsOf(test, 'event'), 1)

  t.match(await call(app, 'DELETE', RULE, own), { status: 204 })
  t.match(await get(app, RULE), { months: 24, set_by: 'all', in_force_at: '2014-08-20T12:00:00.000Z' })
  t.match(await run(test), { moved: 0 }, 'a week from then on')
  clock.now += 8 * DAY_MS
  t.match(await run(test), { moved: 1, events: 1 })
  await put(app, RULE, { months: 240 }, own)
  clock.now += 8 * DAY_MS
  t.match(await run(test), { moved: 0 })
  t.match(await get(app, RULE), { months: 240, cut_off: '2012-08-01' }, 'it never moves back')
  t.match(await call(app, 'POST', '/v1/events', headers, event('e2', { occurred_at: '2012-07-31T23:59:59+01:00' })), { status: 422 })
  t.match(await send(app, 'events', headers, event('e2', { occurred_at: '2012-08-01T00:00:00+01:00' })), { stored: 1 })
  await t.rejects(
    test.database.pool.query("UPDATE retention_cut_off SET cut_off = cut_off - interval '1 month'"), /never moves back/
  )
})
