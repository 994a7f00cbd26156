import { periodStart } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { packCoarser } from './coarse.ts'
import {
  CHANNEL_DAYS, CHANNEL_MONTHS, CHANNEL_WEEKS, seriesKey, STREET_MONTHS, WARD_DAYS, WEEKS, type Rollup, type Series
} from './definitions.ts'
import { dayKey, packCells, streetKey, type PackedSpan } from './packed.ts'
import { eachPending, type PendingRow } from './pending.ts'

/** What a ward has in a month, an element for an event in each. */
interface Ward { days: number[], streets: number[], events: number[], counts: number[], avoidable: number[] }
interface Month { start: number, wards: Map<number, Ward> }

/** What was pending of some series, to be added up. */
export class Unfolded {
  readonly #series = new Map<number, { series: Series, months: Map<number, Month> }>()
  readonly #startOf = remembered((day: number) => periodStart('month', day))

  add ({ authorityId, serviceId, type, ...row }: Series & PendingRow): void {
    const key = seriesKey({ authorityId, serviceId, type })
    let found = this.#series.get(key)
    if (found === undefined) {
      this.#series.set(key, found = { series: { authorityId, serviceId, type }, months: new Map() })
    }
    const { months } = found
    // The hottest loop of folding: it makes no object for an event, and sums only when all are there.
    eachPending(row, (day, channel, outcome, wardId, street, events, count, avoidable) => {
      const start = this.#startOf(day)
      let month = months.get(start)
      if (month === undefined) months.set(start, month = { start, wards: new Map() })
      let ward = month.wards.get(wardId)
      if (ward === undefined) {
        month.wards.set(wardId, ward = { days: [], streets: [], events: [], counts: [], avoidable: [] })
      }
      ward.days.push(dayKey(day - start, channel, outcome))
      ward.streets.push(streetKey(street, outcome))
      ward.events.push(events)
      ward.counts.push(count)
      ward.avoidable.push(avoidable)
    })
  }

  /** Every series of which something was pending, be it that nothing but figures of it changed. */
  get series (): Series[] {
    return [...this.#series.values()].map(({ series }) => series)
  }

  /** All of it as each rollup has rows of it. */
  pack (): Array<{ rollup: Rollup, spans: PackedSpan[] }> {
    const [days, wardDays, streetMonths]: [PackedSpan[], PackedSpan[], PackedSpan[]] = [[], [], []]
    for (const { series, months } of this.#series.values()) {
      for (const { start, wards } of months.values()) {
        const all = [...wards.values()]
        const joined = (part: keyof Ward): number[] => all.flatMap((ward) => ward[part])
        const together = {
          keys: joined('days'), events: joined('events'), counts: joined('counts'), avoidable: joined('avoidable')
        }
        days.push({ ...series, start, wardId: 0, cells: packCells(together) })
        for (const [wardId, ward] of wards) {
          wardDays.push({ ...series, start, wardId, cells: packCells({ ...ward, keys: ward.days }) })
          streetMonths.push({ ...series, start, wardId, cells: packCells({ ...ward, keys: ward.streets }) })
        }
      }
    }
    return [
      ...[WEEKS, CHANNEL_WEEKS, CHANNEL_MONTHS].map((rollup) => ({ rollup, spans: packCoarser(rollup, days) })),
      { rollup: CHANNEL_DAYS, spans: days },
      { rollup: WARD_DAYS, spans: wardDays },
      { rollup: STREET_MONTHS, spans: streetMonths }
    ]
  }
}
