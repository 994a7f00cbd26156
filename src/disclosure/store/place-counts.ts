import type pg from 'pg'
import type { CountedKey } from './disclosure.ts'
import { STREET_MONTHS, WARD_DAYS, type Rollup } from '../../rollups/definitions.ts'
import { dayKey, streetKey } from '../../rollups/packed.ts'
import { eachCell, type RollupCell } from '../../rollups/read-packed.ts'

/**
 * What was counted of an outcome in a ward by channel, or in a street: a number for each stretch between the dates
 * asked for.
 */
export interface PlaceCounts {
  authorityId: number
  ward: number
  street: number
  outcome: number
  channel: number
  counts: number[]
  /** How many of them were avoidable; undefined: none. */
  avoidable: number[] | undefined
}

/** Sums by authority, stretch between `dates` (first days, the last one exclusive), ward, channel and outcome. */
export async function readWardCounts (
  client: pg.Pool | pg.ClientBase, key: CountedKey, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, WARD_DAYS, key, dates, ({ channelId, outcome }) => dayKey(0, channelId, outcome))
}

/** Sums by authority, stretch between `dates`, which start months, ward, street and outcome. */
export async function readStreetCounts (
  client: pg.Pool | pg.ClientBase, key: CountedKey, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, STREET_MONTHS, key, dates, ({ street, outcome }) => streetKey(street, outcome))
}

async function readCounts (
  client: pg.Pool | pg.ClientBase,
  rollup: Rollup,
  { authorityIds, serviceId, type }: CountedKey,
  dates: readonly number[],
  keyOf: (cell: RollupCell) => number
): Promise<PlaceCounts[]> {
  const [from, before] = [dates[0] ?? 0, dates.at(-1) ?? 0]
  const stretchOf = dates.slice(1).flatMap((end, stretch) =>
    Array.from({ length: end - (dates[stretch] ?? end) }, () => stretch)
  )
  const zeros = dates.slice(1).map(() => 0)
  const wards = new Map<number, Map<number, PlaceCounts>>()
  let [last, places] = [NaN, new Map<number, PlaceCounts>()] // cells of one ward mostly come together
  await eachCell(client, rollup, { authorityIds, serviceId, type, from, before }, (cell) => {
    const { authorityId, wardId: ward, day, street, outcome, channelId: channel, count, avoidable } = cell
    const number = ward * 32_768 + authorityId // what has no ward, 0, is each authority's own
    if (number !== last) {
      ;[last, places] = [number, wards.get(number) ?? new Map<number, PlaceCounts>()]
      wards.set(number, places)
    }
    const key = keyOf(cell)
    let place = places.get(key)
    if (place === undefined) {
      places.set(
        key, place = { authorityId, ward, street, outcome, channel, counts: zeros.slice(), avoidable: undefined }
      )
    }
    const stretch = stretchOf[day - from] ?? 0
    place.counts[stretch] = (place.counts[stretch] ?? 0) + count
    if (avoidable === 0) return
    place.avoidable ??= zeros.slice()
    place.avoidable[stretch] = (place.avoidable[stretch] ?? 0) + avoidable
  })
  return [...wards.values()].flatMap((places) => [...places.values()]).filter(({ counts }) =>
    counts.some((count) => count > 0)
  )
}
