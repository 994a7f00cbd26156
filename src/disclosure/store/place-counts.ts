import type pg from 'pg'
import { eachSum, type Dimension } from '../../rollups/index.ts'
import { OUTCOMES, type CountedSeries } from './disclosure.ts'

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
  client: pg.Pool | pg.ClientBase, series: CountedSeries, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, series, dates, 'channel')
}

/** Sums by authority, stretch between `dates`, which start months, ward, street and outcome. */
export async function readStreetCounts (
  client: pg.Pool | pg.ClientBase, series: CountedSeries, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, series, dates, 'street')
}

async function readCounts (
  client: pg.Pool | pg.ClientBase, series: CountedSeries, dates: readonly number[], by: Dimension
): Promise<PlaceCounts[]> {
  const [from, before] = [dates[0] ?? 0, dates.at(-1) ?? 0]
  const stretchOf = dates.slice(1).flatMap((end, stretch) =>
    Array.from({ length: end - (dates[stretch] ?? end) }, () => stretch)
  )
  const zeros = dates.slice(1).map(() => 0)
  const wards = new Map<number, Map<number, PlaceCounts>>()
  let [last, places] = [NaN, new Map<number, PlaceCounts>()] // sums of one ward mostly come together
  await eachSum(client, { ...series, from, before, dimensions: ['ward', 'outcome', by] }, (sum) => {
    const { authorityId, ward, day, outcome, count, avoidable } = sum
    const number = ward * 32_768 + authorityId // what has no ward, 0, is each authority's own
    if (number !== last) {
      ;[last, places] = [number, wards.get(number) ?? new Map<number, PlaceCounts>()]
      wards.set(number, places)
    }
    const key = sum[by] * OUTCOMES + outcome
    let place = places.get(key)
    if (place === undefined) {
      places.set(
        key, place = {
          authorityId,
          ward,
          street: sum.street,
          outcome,
          channel: sum.channel,
          counts: zeros.slice(),
          avoidable: undefined
        }
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
