import { overlap, type DateRange } from '../domain/period.ts'
import { codeOf, TOTAL } from './figures.ts'
import { WHOLE_WARD, type YearShape } from './released-year.ts'

/** What is published of a count: a value, or why there is none. `nothing`: the authority reported nothing. */
export type Released =
  { status: 'released', value: number, revised: boolean, basis: 'events' | 'counts' | 'both' } |
  { status: 'suppressed' } | { status: 'not-yet' } | { status: 'nothing' }

/** A ward, or a street of one. */
export interface ReleasedPlace { ward: number, street?: number }

/** What events are counted as: a weight for each outcome, channel and avoidability; 0: not counted. */
export type Weights = (outcome: number, channel: number, avoidable: number) => number

export const COUNT_ALL: Weights = () => 1

/** One financial year of an authority's events of a type, as it is public. */
export class ReleasedCounts {
  readonly shape: YearShape
  readonly #counts = new Map<string, Map<number, number>>()

  constructor (
    shape: YearShape, rows: Iterable<{ ward: number, street: number, figure: number, day: number, count: number }>
  ) {
    this.shape = shape
    // Rows of a revision come after those that they replace.
    for (const { ward, street, figure, day, count } of rows) {
      const key = `${ward} ${street} ${figure}`
      const days = this.#counts.get(key)
      if (days === undefined) this.#counts.set(key, new Map([[day, count]]))
      else days.set(day, count)
    }
  }

  /** 1 April. */
  get start (): number { return this.shape.dates[0] ?? this.shape.streetDates[0] ?? 0 }

  /** The streets of a ward (of all, if left out) that the year has. */
  streets (ward?: number): Array<{ ward: number, street: number }> {
    return this.shape.streets.filter(([of]) => ward === undefined || of === ward).flatMap(([of, streets]) =>
      streets.map((street) => ({ ward: of, street }))
    )
  }

  get wards (): number[] { return [0, ...this.shape.wards.map(([ward]) => ward)] }

  /** The count of a place over days of this year. */
  count (place: ReleasedPlace, range: DateRange, weights: Weights): Released {
    const dates = place.street === undefined ? this.shape.dates : this.shape.streetDates
    const without = this.#without(dates, range)
    if (without !== undefined) return without
    const missing = this.shape.missing.flatMap(([ward, day]) => ward === place.ward ? [day] : [])
    if (this.#touches(missing, range)) return { status: 'nothing' }
    const wanted = this.shape.groups.map((group) => weights(...group))
    const value = this.#total(place, range, wanted) ??
      (place.street === undefined ? this.#breakdown(place.ward, range, wanted) : undefined)
    return value === undefined
      ? { status: 'suppressed' }
      : { status: 'released', value, revised: this.#touches(this.shape.changed, range), basis: this.#basis(range) }
  }

  /** The count of a street that is not listed: it has nothing, once the days are released. */
  absent (range: DateRange): Released {
    return this.#without(this.shape.streetDates, range) ??
      { status: 'released', value: 0, revised: this.#touches(this.shape.changed, range), basis: this.#basis(range) }
  }

  /** Why there is no count of a range at all: it is not decided, or nobody reported anything. */
  #without (dates: readonly number[], { start, end }: DateRange): Released | undefined {
    if (end > (dates.at(-1) ?? -Infinity)) return { status: 'not-yet' }
    return this.shape.reported.some((day) => day >= start && day < end) ? undefined : { status: 'nothing' }
  }

  #basis (range: DateRange): 'events' | 'counts' | 'both' {
    const { byCounts, dates } = this.shape
    if (!this.#touches(byCounts, range)) return 'events'
    return this.#touches(dates.slice(0, -1).filter((day) => !byCounts.includes(day)), range) ? 'both' : 'counts'
  }

  /** Whether the range has a day of one of the gaps that begin on some days. */
  #touches (gaps: readonly number[], { start, end }: DateRange): boolean {
    const { dates } = this.shape
    return gaps.some((first) => first < end && (dates[dates.indexOf(first) + 1] ?? first) > start)
  }

  /** The total, where the wanted groups are all that there are. */
  #total (
    { ward, street = WHOLE_WARD }: ReleasedPlace, { start, end }: DateRange, wanted: number[]
  ): number | undefined {
    const weight = wanted[0] ?? 1
    if (wanted.some((one) => one !== weight)) return undefined
    if (weight === 0) return 0
    const [from, to] = [this.#upTo(ward, street, TOTAL, start), this.#upTo(ward, street, TOTAL, end)]
    return from === undefined || to === undefined ? undefined : weight * (to - from)
  }

  #upTo (ward: number, street: number, figure: number, day: number): number | undefined {
    return day === this.start ? 0 : this.#counts.get(`${ward} ${street} ${figure}`)?.get(day)
  }

  /** A breakdown: the sum of what its quarters publish. */
  #breakdown (ward: number, range: DateRange, wanted: number[]): number | undefined {
    const { figures, dates } = this.shape
    let [sum, covered] = [0, 0]
    for (const [i, [quarter, ofQuarter]] of figures.entries()) {
      const part = overlap({ start: quarter, end: figures[i + 1]?.[0] ?? dates.at(-1) ?? quarter }, range)
      if (part === undefined) continue
      const value = this.#ofQuarter(ward, quarter, part, wanted, ofQuarter)
      if (value === undefined) return undefined
      sum += value
      covered += part.end - part.start
    }
    return covered === range.end - range.start ? sum : undefined
  }

  /** Looks for figures of one family that add up to what is wanted, all of them public at both ends. */
  #ofQuarter (
    ward: number,
    quarter: number,
    { start, end }: DateRange,
    wanted: number[],
    figures: YearShape['figures'][number][1]
  ): number | undefined {
    const at = (code: number, day: number) =>
      day === quarter ? 0 : this.#counts.get(`${ward} ${WHOLE_WARD} ${code}`)?.get(day)
    for (const members of Map.groupBy(figures, ([code]) => Math.floor(code / FAMILY)).values()) {
      let sum: number | undefined = 0
      const rest = new Set(wanted.keys().filter((group) => wanted[group] !== 0))
      for (const [, groups, code] of members) {
        const weight = wanted[groups[0] ?? 0] ?? 0
        if (weight === 0 || groups.some((group) => wanted[group] !== weight)) {
          if (groups.some((group) => wanted[group] !== 0)) sum = undefined // it is counted in part
          continue
        }
        const [from, to] = [at(code, start), at(code, end)]
        if (from === undefined || to === undefined) sum = undefined
        else if (sum !== undefined) sum += weight * (to - from)
        for (const group of groups) rest.delete(group)
      }
      if (sum !== undefined && rest.size === 0) return sum
    }
    return undefined
  }
}

const FAMILY = codeOf('completed', 0)
