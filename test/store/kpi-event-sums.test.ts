import t from 'tap'
import { readEventSums } from '../../src/kpi/store/event-sums.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { STREET_MONTHS } from '../../src/rollups/dimensions.ts'
import { recordChange, RollupChange } from '../../src/rollups/index.ts'
import { insertPacked } from '../../src/rollups/sql.ts'
import { testApp } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'

const [MAY_1, JUNE_1] = [16_191, 16_222] // of 2014
const [COUNTED, OTHER] = [3, 4]

t.test('the largest streets: of the outcomes asked for, named, whatever is folded, in the ranges that a month begins in', async (t) => {
  const { database: { pool } } = await testApp(t)
  await pool.query(insertPacked(
    STREET_MONTHS,
    `
    SELECT 1::int2 AS authority_id, 1::int2 AS service_id, 1::int2 AS type, '2014-05-01'::date AS local_date, street,
      7 AS ward_id, outcome::int2, 1::int8 AS events,
      count::int8, 0::int8 AS avoidable
    FROM (VALUES (0, ${COUNTED}, 100), (11, ${COUNTED}, 5), (12, ${OTHER}, 50)) AS cell(street, outcome, count)`
  ))
  const change = new RollupChange()
  for (const [street, day, count] of [[11, 20, 4], [13, 3, 6]] as const) {
    const avoidable = street === 11
    change.add(
      rollupRow({ localDay: MAY_1 + day, channelId: 2, outcome: COUNTED, wardId: 7, street, count, avoidable }), 1
    )
  }
  await inTransaction(pool, async (client) => await recordChange(client, change))
  const read = async (to: number, most: number | null) =>
    await readEventSums(pool, {
      serviceId: 1,
      eventRanges: [{ authorityId: 1, type: 1, from: MAY_1, to }],
      split: 'street',
      streets: { wardIds: undefined, outcomes: [COUNTED], most, among: [0] }
    })
  const largest = { eventRange: 0, channel: 0, outcome: COUNTED, area: 11, count: 9, avoidable: 4 }
  t.same(await read(JUNE_1, 1), { sums: [largest], reportedDays: new Map([[0, 2]]) })
  t.same(await read(MAY_1 + 10, 1), { sums: [largest], reportedDays: new Map([[0, 1]]) })
  t.same((await read(JUNE_1, null)).sums.map(({ area }) => area).sort(), [11, 13])
})
