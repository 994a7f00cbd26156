import type pg from 'pg'
import type { CountedKey } from './disclosure.ts'
import { STREET_MONTHS, WARD_DAYS, type Rollup } from './rollups/definitions.ts'
import { dayKey, streetKey } from './rollups/packed.ts'
import { eachCell, type RollupCell } from './rollups/read-packed.ts'

export interface CountedCell {
  authorityId: number
  /** Index into the dates asked for. */
  stretch: number
  ward: number
  street: number
  outcome: number
  channel: number
  count: number
  avoidable: number
}

/** Sums by authority, stretch between `dates` (first days, the last one exclusive), ward, channel and outcome. */
export async function readWardCounts (pool: pg.Pool, key: CountedKey, dates: readonly number[]): Promise<CountedCell[]> {
  return await readCounts(pool, WARD_DAYS, key, dates, ({ channelId, outcome }) => dayKey(0, channelId, outcome))
}

/** Sums by authority, stretch between `dates`, which start months, ward, street and outcome. */
export async function readStreetCounts (pool: pg.Pool, key: CountedKey, dates: readonly number[]): Promise<CountedCell[]> {
  return await readCounts(pool, STREET_MONTHS, key, dates, ({ street, outcome }) => streetKey(street, outcome))
}

/** Cells of a ward by stretch, told apart within it by a number. */
interface WardSums { authorityId: number, wardId: number, stretches: Array<Map<number, CountedCell>> }

async function readCounts (
  pool: pg.Pool, rollup: Rollup, { authorityIds, serviceId, type }: CountedKey, dates: readonly number[], keyOf: (cell: RollupCell) => number
): Promise<CountedCell[]> {
  const [from, before] = [dates[0] ?? 0, dates.at(-1) ?? 0]
  const stretchOf = dates.slice(1).flatMap((end, stretch) => Array.from({ length: end - (dates[stretch] ?? end) }, () => stretch))
  const wards = new Map<number, WardSums>()
  let last: WardSums | undefined // cells of one ward mostly come together
  await eachCell(pool, rollup, { authorityIds, serviceId, type, from, before }, (cell) => {
    const { authorityId, wardId, day, street, outcome, channelId: channel, count, avoidable } = cell
    if (last?.authorityId !== authorityId || last.wardId !== wardId) {
      const number = wardId * 32_768 + authorityId // what has no ward, 0, is each authority's own
      last = wards.get(number)
      if (last === undefined) wards.set(number, last = { authorityId, wardId, stretches: [] })
    }
    const stretch = stretchOf[day - from] ?? 0
    const cells = last.stretches[stretch] ??= new Map<number, CountedCell>()
    const key = keyOf(cell)
    const sum = cells.get(key)
    if (sum === undefined) {
      cells.set(key, { authorityId, stretch, ward: wardId, street, outcome, channel, count, avoidable })
      return
    }
    sum.count += count
    sum.avoidable += avoidable
  })
  return [...wards.values()].flatMap(({ stretches }) => stretches.flatMap((cells) => [...cells.values()])).filter(({ count }) => count > 0)
}
