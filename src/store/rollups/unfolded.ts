import { periodStart } from '../../domain/period.ts'
import { CHANNEL_DAYS, seriesKey, STREET_MONTHS, WARD_DAYS, type PackedRollup, type Series } from './definitions.ts'
import { channelOfKey, dayKey, dayOfKey, outcomeOfKey, streetKey, type PackedCells } from './packed.ts'
import { eachPending, type PendingRow } from './pending.ts'

/** What goes into a packed row. `month` is its first day, in days since 1970-01-01; `wardId` 0 where all wards are together. */
export interface PackedMonth extends Series { month: number, wardId: number, cells: PackedCells }

/** A cell of all wards together. `day` is days since 1970-01-01. */
export interface DayCell extends Series, Sum { day: number, channelId: number, outcome: number }

interface Sum { events: number, count: number, avoidable: number }
type Sums = Map<number, Sum>
interface Month { start: number, channels: Sums, wards: Map<number, { days: Sums, streets: Sums }> }

/** What was pending of some series, added up. */
export class Unfolded {
  readonly #series = new Map<number, { series: Series, months: Map<number, Month> }>()
  readonly #starts = new Map<number, number>()

  add ({ authorityId, serviceId, type, ...row }: Series & PendingRow): void {
    const key = seriesKey({ authorityId, serviceId, type })
    let found = this.#series.get(key)
    if (found === undefined) this.#series.set(key, found = { series: { authorityId, serviceId, type }, months: new Map() })
    const { months } = found
    // The hottest loop of folding: keys below 2^31, which a Map finds without making an object of them.
    eachPending(row, (day, channel, outcome, ward, street, events, count, avoidable) => {
      const start = this.#startOf(day)
      let month = months.get(start)
      if (month === undefined) months.set(start, month = { start, channels: new Map(), wards: new Map() })
      let places = month.wards.get(ward)
      if (places === undefined) month.wards.set(ward, places = { days: new Map(), streets: new Map() })
      const dayChannel = dayKey(day - start, channel, outcome)
      addTo(month.channels, dayChannel, events, count, avoidable)
      addTo(places.days, dayChannel, events, count, avoidable)
      addTo(places.streets, streetKey(street, outcome), events, count, avoidable)
    })
  }

  #startOf (day: number): number {
    let start = this.#starts.get(day)
    if (start === undefined) this.#starts.set(day, start = periodStart('month', day))
    return start
  }

  /** Every series of which something was pending, be it that nothing but figures of it changed. */
  get series (): Series[] {
    return [...this.#series.values()].map(({ series }) => series)
  }

  get dayCells (): DayCell[] {
    return [...this.#series.values()].flatMap(({ series, months }) => [...months.values()].flatMap(({ start, channels }) =>
      [...channels].map(([key, sum]) => ({ ...series, day: start + dayOfKey(key), channelId: channelOfKey(key), outcome: outcomeOfKey(key), ...sum }))))
  }

  get packed (): Array<{ rollup: PackedRollup, months: PackedMonth[] }> {
    const all = [...this.#series.values()].flatMap(({ series, months }) => [...months.values()].map((month) => ({ series, ...month })))
    const ofWards = (part: 'days' | 'streets'): PackedMonth[] =>
      all.flatMap(({ series, start, wards }) => [...wards].map(([wardId, ward]) => ({ ...series, month: start, wardId, cells: sorted(ward[part]) })))
    return [
      { rollup: CHANNEL_DAYS, months: all.map(({ series, start, channels }) => ({ ...series, month: start, wardId: 0, cells: sorted(channels) })) },
      { rollup: WARD_DAYS, months: ofWards('days') },
      { rollup: STREET_MONTHS, months: ofWards('streets') }
    ]
  }
}

function addTo (sums: Sums, key: number, events: number, count: number, avoidable: number): void {
  const sum = sums.get(key)
  if (sum === undefined) {
    sums.set(key, { events, count, avoidable })
    return
  }
  sum.events += events
  sum.count += count
  sum.avoidable += avoidable
}

function sorted (sums: Sums): PackedCells {
  const keys = [...sums.keys()].sort((a, b) => a - b)
  const pick = (measure: keyof Sum): number[] => keys.map((key) => sums.get(key)?.[measure] ?? 0)
  return { keys, events: pick('events'), counts: pick('count'), avoidable: pick('avoidable') }
}
