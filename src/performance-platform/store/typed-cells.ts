import type pg from 'pg'
import { eachSum } from '../../rollups/index.ts'
import type { TypedSeries } from './relation.ts'

/**
 * What a period has of one name: days with anything, each a record of the dialect, and their sum. `period` is an index,
 * -1 before the first.
 */
export interface TypedCell { period: number, name: number, records: number, count: number }

interface Stretch { from: number, before: number, starts: readonly number[] }

/**
 * The cells of a series from the day `from` to before the day `before`, by periods that start on `starts`, ascending.
 * `names` has a number for each id, 0 for the others: ids of one name are one record a day.
 */
export async function readTypedCells (
  pool: pg.Pool,
  { authorityId, serviceId, type, dimension }: TypedSeries,
  names: ReadonlyArray<readonly [id: number, name: number]>,
  { from, before, starts }: Stretch
): Promise<TypedCell[]> {
  const { field } = dimension
  const nameOf = new Map(names)
  const days = new Map<number, { events: number[], counts: number[] }>() // of each name
  await eachSum(pool, { authorityIds: [authorityId], serviceId, type, from, before, dimensions: [field] }, (sum) => {
    const name = nameOf.get(sum[field]) ?? 0
    let sums = days.get(name)
    if (sums === undefined) days.set(name, sums = { events: [], counts: [] })
    const day = sum.day - from
    sums.events[day] = (sums.events[day] ?? 0) + sum.events
    sums.counts[day] = (sums.counts[day] ?? 0) + sum.count
  })
  return [...days].flatMap(([name, { events, counts }]) => {
    const cells: TypedCell[] = []
    let [period, cell] = [-1, undefined as TypedCell | undefined]
    events.forEach((ofDay, day) => {
      if (ofDay <= 0) return
      while ((starts[period + 1] ?? Infinity) <= from + day) period++
      if (cell?.period !== period) cells.push(cell = { period, name, records: 0, count: 0 })
      cell.records++
      cell.count += counts[day] ?? 0
    })
    return cells
  })
}
