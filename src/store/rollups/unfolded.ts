import { periodStart } from '../../domain/period.ts'
import { CHANNEL_DAYS, seriesKey, STREET_MONTHS, WARD_DAYS, type PackedRollup, type Series } from './definitions.ts'
import { dayKey, packCells, streetKey, type PackedCells } from './packed.ts'
import { eachPending, type PendingRow } from './pending.ts'

/** What goes into a packed row. `month` is its first day, in days since 1970-01-01; `wardId` 0 where all wards are together. */
export interface PackedMonth extends Series { month: number, wardId: number, cells: PackedCells }

/** What a ward has in a month, an element for an event in each. */
interface Ward { days: number[], streets: number[], events: number[], counts: number[], avoidable: number[] }
interface Month { start: number, wards: Map<number, Ward> }

/** What was pending of some series, to be added up. */
export class Unfolded {
  readonly #series = new Map<number, { series: Series, months: Map<number, Month> }>()
  readonly #starts = new Map<number, number>()

  add ({ authorityId, serviceId, type, ...row }: Series & PendingRow): void {
    const key = seriesKey({ authorityId, serviceId, type })
    let found = this.#series.get(key)
    if (found === undefined) this.#series.set(key, found = { series: { authorityId, serviceId, type }, months: new Map() })
    const { months } = found
    // The hottest loop of folding: it makes no object for an event, and sums only when all are there.
    eachPending(row, (day, channel, outcome, wardId, street, events, count, avoidable) => {
      const start = this.#startOf(day)
      let month = months.get(start)
      if (month === undefined) months.set(start, month = { start, wards: new Map() })
      let ward = month.wards.get(wardId)
      if (ward === undefined) month.wards.set(wardId, ward = { days: [], streets: [], events: [], counts: [], avoidable: [] })
      ward.days.push(dayKey(day - start, channel, outcome))
      ward.streets.push(streetKey(street, outcome))
      ward.events.push(events)
      ward.counts.push(count)
      ward.avoidable.push(avoidable)
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

  /** All of it by what the packed rollups have rows of. */
  pack (): Array<{ rollup: PackedRollup, months: PackedMonth[] }> {
    const [days, wardDays, streetMonths]: [PackedMonth[], PackedMonth[], PackedMonth[]] = [[], [], []]
    for (const { series, months } of this.#series.values()) {
      for (const { start: month, wards } of months.values()) {
        const all = [...wards.values()]
        const joined = (part: keyof Ward): number[] => all.flatMap((ward) => ward[part])
        days.push({ ...series, month, wardId: 0, cells: packCells(joined('days'), joined('events'), joined('counts'), joined('avoidable')) })
        for (const [wardId, ward] of wards) {
          wardDays.push({ ...series, month, wardId, cells: packCells(ward.days, ward.events, ward.counts, ward.avoidable) })
          streetMonths.push({ ...series, month, wardId, cells: packCells(ward.streets, ward.events, ward.counts, ward.avoidable) })
        }
      }
    }
    return [{ rollup: CHANNEL_DAYS, months: days }, { rollup: WARD_DAYS, months: wardDays }, { rollup: STREET_MONTHS, months: streetMonths }]
  }
}
