import type pg from 'pg'
import { eachSum, type Dimension } from '../../rollups/index.ts'
import { OUTCOMES, type EventSelection } from './disclosure.ts'

/** The counts of an outcome in a ward and channel, or in a street: one for each gap between the dates asked for. */
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

/** Counts by authority, ward, channel and outcome in each gap between `dates` (first days; the last is exclusive). */
export async function readWardCounts (
  client: pg.Pool | pg.ClientBase, series: EventSelection, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, series, dates, 'channel')
}

/** Counts by authority, ward, street and outcome in each gap between `dates`, which must start months. */
export async function readStreetCounts (
  client: pg.Pool | pg.ClientBase, series: EventSelection, dates: readonly number[]
): Promise<PlaceCounts[]> {
  return await readCounts(client, series, dates, 'street')
}

async function readCounts (
  client: pg.Pool | pg.ClientBase, series: EventSelection, dates: readonly number[], by: Dimension
): Promise<PlaceCounts[]> {
  const [from, before] = [dates[0] ?? 0, dates.at(-1) ?? 0]
  const gapOf = dates.slice(1).flatMap((end, gap) =>
    Array.from({ length: end - (dates[gap] ?? end) }, () => gap)
  )
  const zeros = dates.slice(1).map(() => 0)
  const wards = new Map<number, Map<number, PlaceCounts>>()
  let [last, places] = [NaN, new Map<number, PlaceCounts>()] // sums of one ward mostly follow one another
  await eachSum(client, { ...series, from, before, dimensions: ['ward', 'outcome', by] }, (sum) => {
    const { authorityId, ward, day, outcome, count, avoidable } = sum
    const number = ward * 32_768 + authorityId // the unknown ward, 0, is another one for each authority
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
    const gap = gapOf[day - from] ?? 0
    place.counts[gap] = (place.counts[gap] ?? 0) + count
    if (avoidable === 0) return
    place.avoidable ??= zeros.slice()
    place.avoidable[gap] = (place.avoidable[gap] ?? 0) + avoidable
  })
  return [...wards.values()].flatMap((places) => [...places.values()]).filter(({ counts }) =>
    counts.some((count) => count > 0)
  )
}
