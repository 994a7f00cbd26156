import t from 'tap'
import { addPeriods } from '../../src/domain/period.ts'
import { readNewestDays, recordChange, RollupChange, type RollupRow } from '../../src/rollups/index.ts'
import { DIMENSIONS } from '../../src/rollups/dimensions.ts'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import type { PeriodSum, SumDimension, SumQuery } from '../../src/series/sum-query.ts'
import { readEventSums } from '../../src/series/event-sums.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'

const MONDAY = 16_160 // 2014-03-31
const APRIL_1 = MONDAY + 1
const AUTHORITIES = [1, 2, 3]

const rows = Array.from({ length: 600 }, (_, n) => rollupRow({
  authorityId: AUTHORITIES[n % 3] ?? 0,
  serviceId: 1,
  type: 1,
  localDay: MONDAY - 40 + n * 7 % 130,
  channelId: 2 + n % 4,
  outcome: 3 + n % 2,
  wardId: 7 + n % 5,
  street: 45_203_501 + n % 11,
  count: n % 6,
  avoidable: n % 9 === 0
}))
const idOf = (dimension: SumDimension, row: RollupRow): number =>
  dimension === 'authority' ? row.authorityId : row[DIMENSIONS[dimension].field]

function expected (some: readonly RollupRow[], { groupBy, filters, authorityIds, starts, end }: SumQuery): PeriodSum[] {
  const wanted = some.filter((row) =>
    authorityIds.includes(row.authorityId) && row.localDay >= (starts[0] ?? 0) && row.localDay < end &&
    Object.entries(filters).every(([dimension, ids]) => ids.includes(idOf(dimension as SumDimension, row)))
  )
  const cellOf = (row: RollupRow): Omit<PeriodSum, 'count'> => ({
    ...Object.fromEntries(groupBy.map((dimension) => [dimension, idOf(dimension, row)])),
    period: starts.findLastIndex((start) => start <= row.localDay)
  })
  return [...Map.groupBy(wanted, (row) => JSON.stringify(cellOf(row))).values()]
    .flatMap((group) =>
      group[0] === undefined ? [] : [{ ...cellOf(group[0]), count: group.reduce((sum, { count }) => sum + count, 0) }]
    )
}

const inOrder = (sums: PeriodSum[]): string[] => sums.map((sum) => JSON.stringify(Object.entries(sum).sort())).sort()
const periods = (
  unit: 'day' | 'week' | 'month' | 'quarter', first: number, count: number
): Pick<SumQuery, 'starts' | 'end'> => {
  const bounds = Array.from({ length: count + 1 }, (_, i) => addPeriods(unit, first, i))
  return { starts: bounds.slice(0, -1), end: bounds.at(-1) ?? 0 }
}
const QUESTIONS: Array<Pick<SumQuery, 'groupBy' | 'filters' | 'starts' | 'end'>> = [
  ...[
    periods('week', MONDAY, 9),
    periods('month', APRIL_1, 3),
    periods('quarter', APRIL_1, 1),
    periods('day', MONDAY + 3, 50),
    { starts: [MONDAY + 3, MONDAY + 9], end: MONDAY + 60 }
  ].flatMap((when) =>
    [
      { groupBy: [], filters: {} },
      { groupBy: ['authority' as const], filters: {} },
      { groupBy: ['channel' as const, 'authority' as const], filters: { outcome: [4] } },
      { groupBy: ['outcome' as const], filters: { channel: [2, 5] } },
      { groupBy: ['ward' as const, 'channel' as const], filters: { ward: [8, 9] } }
    ].map((one) => ({ ...one, ...when }))
  ),
  { groupBy: ['street', 'authority'], filters: { ward: [7, 11] }, ...periods('month', APRIL_1, 2) },
  { groupBy: ['outcome'], filters: { street: [45_203_503] }, ...periods('quarter', APRIL_1, 1) }
]

t.test('every question has the same cells whether all is pending, half of it or nothing', async (t) => {
  const { database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const write = async (some: readonly RollupRow[]): Promise<void> => {
    const change = new RollupChange()
    for (const row of some) change.add(row, 1)
    await inTransaction(pool, async (client) => {
      await recordChange(client, change)
    })
  }
  const fold = async (): Promise<void> =>
    await inTransaction(pool, async (client) => {
      const series = AUTHORITIES.map((authorityId) => ({ authorityId, serviceId: 1, type: 1 }))
      await lockSeries(client, series)
      await foldPending(client, series)
    })
  const check = async (state: string, some: readonly RollupRow[]): Promise<void> => {
    for (const question of QUESTIONS) {
      for (const authorityIds of [[2], AUTHORITIES]) {
        const query = { serviceId: 1, type: 1, authorityIds, ...question }
        const cells = expected(some, query)
        t.ok(cells.length > 0)
        t.same(inOrder(await readEventSums(pool, query)), inOrder(cells), `${state}: ${JSON.stringify(query)}`)
      }
    }
  }
  const half = rows.slice(0, 300)
  await write(half)
  await check('pending', half)
  await fold()
  await check('folded', half)
  await write(rows.slice(300))
  await check('half', rows)

  const newest = async (before: string) => {
    const [own] = await readNewestDays(pool, { authorityIds: [1], serviceIds: [1], before: [before] })
    const day = own?.newest[1] ?? null
    return day === null ? null : Date.parse(day) / 86_400_000
  }
  const days = rows.filter(({ authorityId }) => authorityId === 1).map(({ localDay }) => localDay)
  const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10)
  for (const state of ['half', 'folded']) {
    t.equal(await newest('infinity'), Math.max(...days), state)
    for (const before of [MONDAY - 40, MONDAY - 20, APRIL_1, APRIL_1 + 1, MONDAY + 40]) {
      const earlier = days.filter((day) => day < before)
      t.equal(
        await newest(dateOf(before)),
        earlier.length === 0 ? null : Math.max(...earlier),
        `${state} before ${dateOf(before)}`
      )
    }
    await fold()
  }
})
