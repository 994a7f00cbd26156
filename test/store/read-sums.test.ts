import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { CHANNEL_DAYS, STREET_MONTHS, WARD_DAYS } from '../../src/rollups/dimensions.ts'
import { foldPending } from '../../src/rollups/fold.ts'
import { eachSum, recordChange, RollupChange } from '../../src/rollups/index.ts'
import { insertPacked } from '../../src/rollups/sql.ts'
import { readEventSums as readRangeSums } from '../../src/kpi/store/event-sums.ts'
import { readEventSums } from '../../src/series/event-sums.ts'
import { NEVER_MS, testApp } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'

const [MAY_1, JUNE_1] = [16_191, 16_222] // of 2014

t.test('what is packed and what is pending, of more authorities than are read at once', async (t) => {
  const { database: { pool } } = await testApp(t)
  const authorityIds = [1, 2, 3, 4, 5, 6]
  await pool.query(insertPacked(
    WARD_DAYS,
    `
    SELECT a::int2 AS authority_id, 1::int2 AS service_id, 1::int2 AS type, ward AS ward_id, day::date AS local_date,
      2::int2 AS channel_id, 3::int2 AS outcome,
      1::int8 AS events, (10 * a)::int8 AS count, 0::int8 AS avoidable
    FROM generate_series(1, 6) AS a, unnest(ARRAY[7, 8]) AS ward,
      unnest('{2014-04-30,2014-05-01,2014-05-31,2014-06-01}'::date[]) AS day`
  ))
  const change = new RollupChange()
  for (const authorityId of authorityIds) {
    for (const wardId of [7, 8]) {
      for (const localDay of [MAY_1 - 1, MAY_1, JUNE_1]) {
        change.add(rollupRow({ authorityId, localDay, channelId: 4, outcome: 3, wardId, count: wardId }), 1)
      }
    }
  }
  await inTransaction(pool, async (client) => await recordChange(client, change))
  const asked = { serviceId: 1, type: 1, authorityIds, starts: [MAY_1, MAY_1 + 30], end: JUNE_1 }
  const read = async (groupBy: Parameters<typeof readEventSums>[1]['groupBy'], filters: object) =>
    (await readEventSums(pool, { ...asked, groupBy, filters })).sort((a, b) =>
      (a.authority ?? a.channel ?? 0) - (b.authority ?? b.channel ?? 0) || a.period - b.period
    )
  t.same(
    await read(['authority'], { ward: [7] }),
    authorityIds.flatMap((authority) => [
      { authority, period: 0, count: 10 * authority + 7 }, { authority, period: 1, count: 10 * authority }
    ])
  )
  t.same(await read(['channel'], { ward: [7, 8] }), [
    { channel: 2, period: 0, count: 2 * 210 },
    { channel: 2, period: 1, count: 2 * 210 },
    { channel: 4, period: 0, count: 6 * 15 }
  ])
  t.same(await read([], { ward: [8], channel: [4] }), [{ period: 0, count: 6 * 8 }])
})

t.test('Postgres and the service unpack the same of a row that is larger than a page: the highest streets, counts beyond 32 bits', async (t) => {
  const { database: { pool } } = await testApp(t)
  const [authorityId, serviceId, type] = [1, 1, 1]
  await pool.query(insertPacked(
    STREET_MONTHS,
    `
    SELECT 1::int2 AS authority_id, 1::int2 AS service_id, 1::int2 AS type, '2014-05-01'::date AS local_date,
      99990000 + n AS street, 7 AS ward_id, (n % 2)::int2 AS outcome,
      n::int8 AS events, n * 3000000000 AS count, (n % 3)::int8 AS avoidable
    FROM generate_series(1, 9999) AS n`
  ))
  const { rows: [size] } = await pool.query(
    'SELECT max(length(keys) + length(events) + length(counts)) AS bytes FROM rollup_street_month_folded'
  )
  t.ok(size.bytes > 8192)
  const { rows: byPostgres } = await pool.query('SELECT street, outcome, events, count, avoidable FROM rollup_street_month')
  const cells = new Map<number, unknown>()
  await eachSum(
    pool,
    { authorityIds: [authorityId], serviceId, type, from: MAY_1, before: JUNE_1, dimensions: ['street'] },
    ({ street, outcome, events, count, avoidable }) => {
      cells.set(street, { street, outcome, events, count, avoidable })
    }
  )
  t.equal(byPostgres.length, 9999)
  t.ok(byPostgres.every((cell) => isDeepStrictEqual(cells.get(cell.street), cell)))
  t.same(cells.get(99_999_999), { street: 99_999_999, outcome: 1, events: 9999, count: 9999 * 3e9, avoidable: 0 })
})

t.test('a sum beyond 2^53 fails and is not rounded, where its parts are not', async (t) => {
  const { database: { pool } } = await testApp(t)
  for (const authority of [1, 2]) {
    await pool.query(insertPacked(
      CHANNEL_DAYS,
      `SELECT ${authority}::int2 AS authority_id, 1::int2 AS service_id, 1::int2 AS type, '2014-05-01'::date AS local_date,
        2::int2 AS channel_id, 3::int2 AS outcome, 1::int8 AS events, ${2 ** 53 - 1} AS count, 0::int8 AS avoidable`
    ))
  }
  const asked = { serviceId: 1, type: 1, starts: [MAY_1], end: MAY_1 + 1, groupBy: [], filters: {} }
  t.same(await readEventSums(pool, { ...asked, authorityIds: [1] }), [{ period: 0, count: 2 ** 53 - 1 }])
  await t.rejects(readEventSums(pool, { ...asked, authorityIds: [1, 2] }), { code: 'sum-too-large' })
  const eventRanges = [1, 2].map((authorityId) => ({ authorityId, type: 1, from: MAY_1, to: MAY_1 + 1 }))
  t.equal((await readRangeSums(pool, { serviceId: 1, eventRanges, split: 'none' })).sums.length, 2)
  await pool.query(insertPacked(
    CHANNEL_DAYS,
    `SELECT 1::int2 AS authority_id, 1::int2 AS service_id, 1::int2 AS type, '2014-06-01'::date AS local_date,
      2::int2 AS channel_id, 3::int2 AS outcome, 1::int8 AS events, 1::int8 AS count, 0::int8 AS avoidable`
  ))
  const both = [{ authorityId: 1, type: 1, from: MAY_1, to: JUNE_1 + 1 }]
  await t.rejects(readRangeSums(pool, { serviceId: 1, eventRanges: both, split: 'none' }), { code: 'sum-too-large' })
})

t.test('weeks answer only where the last period ends with one', async (t) => {
  const { database: { pool } } = await testApp(t)
  const change = new RollupChange()
  const [monday, wednesday] = [MAY_1 + 4, MAY_1 + 6]
  for (const localDay of [monday, wednesday, wednesday + 1]) {
    change.add(rollupRow({ localDay, channelId: 4, outcome: 3 }), 1)
  }
  await inTransaction(pool, async (client) => await recordChange(client, change))
  const asked = { serviceId: 1, type: 1, authorityIds: [1], groupBy: [], filters: {}, starts: [monday] }
  await inTransaction(pool, async (client) => await foldPending(client, [{ authorityId: 1, serviceId: 1, type: 1 }]))
  t.same(await readEventSums(pool, { ...asked, end: monday + 7 }), [{ period: 0, count: 3 }])
  t.same(await readEventSums(pool, { ...asked, end: wednesday + 1 }), [{ period: 0, count: 2 }])
})

t.test('a week that two years share is one sum, pending and folded', async (t) => {
  const { database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const monday = 16_069 // 30 December 2013
  const change = new RollupChange()
  for (const localDay of [monday, monday + 3, monday + 7]) change.add(rollupRow({ localDay, outcome: 3 }), 1)
  await inTransaction(pool, async (client) => await recordChange(client, change))
  const asked = { serviceId: 1, type: 1, authorityIds: [1], groupBy: [], filters: {} }
  for (const state of ['pending', 'folded']) {
    t.same(
      await readEventSums(pool, { ...asked, starts: [monday, monday + 7], end: monday + 14 }),
      [{ period: 0, count: 2 }, { period: 1, count: 1 }],
      state
    )
    const { rows } = await pool.query('SELECT week::text, sum(events) AS events FROM rollup_week GROUP BY 1 ORDER BY 1')
    t.same(rows, [{ week: '2013-12-30', events: 2 }, { week: '2014-01-06', events: 1 }], state)
    await inTransaction(pool, async (client) => await foldPending(client, [{ authorityId: 1, serviceId: 1, type: 1 }]))
  }
})
