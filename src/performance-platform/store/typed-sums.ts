import type pg from 'pg'
import { eachSum } from '../../rollups/index.ts'
import type { TypedSeries } from './relation.ts'

/**
 * What a period has of one name: days with anything, each a record of the dialect, and their sum. `period` is an index,
 * -1 before the first.
 */
export interface TypedSum { period: number, name: number, records: number, count: number }

interface PeriodDays { from: number, before: number, starts: readonly number[] }

/**
 * The sums of a series from the day `from` to before the day `before`, by periods that start on `starts`, ascending.
 * `names` has a number for each id, 0 for the others: ids of one name are one record a day.
 */
export async function readTypedSums (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceId, type, dimension, leftOut }: TypedSeries,
  names: ReadonlyArray<readonly [id: number, name: number]>,
  { from, before, starts }: PeriodDays
): Promise<TypedSum[]> {
  const { field } = dimension
  const nameOf = new Map(names)
  const withheld = leftOut(authorityId)
  const days = new Map<number, { events: number[], counts: number[] }>() // of each name
  await eachSum(client, { authorityIds: [authorityId], serviceId, type, from, before, dimensions: [field] }, (sum) => {
    if (withheld.some(({ start, end }) => sum.day >= start && sum.day < end)) return
    const name = nameOf.get(sum[field]) ?? 0
    let ofName = days.get(name)
    if (ofName === undefined) days.set(name, ofName = { events: [], counts: [] })
    const day = sum.day - from
    ofName.events[day] = (ofName.events[day] ?? 0) + sum.events
    ofName.counts[day] = (ofName.counts[day] ?? 0) + sum.count
  })
  return [...days].flatMap(([name, { events, counts }]) => {
    const sums: TypedSum[] = []
    let [period, sum] = [-1, undefined as TypedSum | undefined]
    events.forEach((ofDay, day) => {
      if (ofDay <= 0) return
      while ((starts[period + 1] ?? Infinity) <= from + day) period++
      if (sum?.period !== period) sums.push(sum = { period, name, records: 0, count: 0 })
      sum.records++
      sum.count += counts[day] ?? 0
    })
    return sums
  })
}
