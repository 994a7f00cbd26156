import type { DateRange } from '../domain/period.ts'

/** What events are told apart by beside their place: an outcome and a channel; `avoidable` is 0 or 1. */
export interface Group { outcome: number, channel: number, avoidable: number }

/** The count of a group on a day, or in the gap that begins on it. */
export interface GroupCount extends Group { day: number, count: number }

/** The same of one unit. */
export interface UnitCount extends GroupCount { unit: number }

/**
 * The counts of the units under one parent (the wards of an authority, the streets of a ward) in a financial year, by
 * the gaps between its candidate dates. A release freezes them: what comes later for the same days is not in them.
 */
export class YearCounts {
  /** Candidate dates, ascending; gap i is the days from `dates[i]` up to `dates[i + 1]`. */
  readonly dates: readonly number[]
  readonly units: readonly number[]
  readonly groups: Group[] = []
  /** The indices of all groups. */
  readonly all: readonly number[]
  readonly #rowOf: ReadonlyMap<number, number>
  readonly #groupOf = new Map<number, number>()
  /** By group: counts by unit and gap. */
  readonly #counts: Float64Array[] = []
  /** By group: counts of all units by day of the year. */
  readonly #byDay: Float64Array[] = []

  /** `byDay` are the counts of all units together by day; `groups` are numbered first, in their order. */
  constructor (
    dates: readonly number[],
    units: readonly number[],
    counts: Iterable<UnitCount>,
    byDay: Iterable<GroupCount>,
    groups: Iterable<Group> = []
  ) {
    this.dates = dates
    this.units = units
    this.#rowOf = new Map(units.map((unit, row) => [unit, row]))
    for (const group of groups) this.#numberOf(group)
    const { start, end } = this.range
    const isIn = ({ day, count }: GroupCount): boolean => day >= start && day < end && count !== 0
    for (const one of counts) {
      const row = this.#rowOf.get(one.unit)
      if (row !== undefined && isIn(one)) {
        add(this.#counts[this.#numberOf(one)], row * this.gaps + this.gapOf(one.day), one.count)
      }
    }
    for (const one of byDay) if (isIn(one)) add(this.#byDay[this.#numberOf(one)], one.day - start, one.count)
    this.all = [...this.groups.keys()]
  }

  get range (): DateRange { return { start: this.dates[0] ?? 0, end: this.dates.at(-1) ?? 0 } }

  get gaps (): number { return this.dates.length - 1 }

  gapOf (day: number): number { return this.dates.findLastIndex((date) => date <= day) }

  /** The count of a unit between two candidate dates (indices), in all of `groups` (indices). */
  sum (unit: number, groups: readonly number[], from: number, to: number): number {
    const row = this.#rowOf.get(unit)
    return row === undefined
      ? 0
      : groups.reduce((total, group) =>
        total + sumOf(this.#counts[group], row * this.gaps + from, row * this.gaps + to), 0)
  }

  /** The same of all units: what the parent shows. */
  parent (groups: readonly number[], from: number, to: number): number {
    const start = this.range.start
    const [first, last] = [(this.dates[from] ?? 0) - start, (this.dates[to] ?? 0) - start]
    return groups.reduce((total, group) => total + sumOf(this.#byDay[group], first, last), 0)
  }

  /** The parent's count of a day in `groups`. */
  parentOn (groups: readonly number[], day: number): number {
    return groups.reduce((total, group) => total + (this.#byDay[group]?.[day - this.range.start] ?? 0), 0)
  }

  #numberOf ({ outcome, channel, avoidable }: Group): number {
    const key = (channel * 32 + outcome) * 2 + avoidable
    let number = this.#groupOf.get(key)
    if (number === undefined) {
      number = this.groups.push({ outcome, channel, avoidable }) - 1
      this.#groupOf.set(key, number)
      this.#counts.push(new Float64Array(this.units.length * this.gaps))
      this.#byDay.push(new Float64Array(this.range.end - this.range.start))
    }
    return number
  }
}

function add (counts: Float64Array | undefined, index: number, count: number): void {
  if (counts !== undefined) counts[index] = (counts[index] ?? 0) + count
}

function sumOf (counts: Float64Array | undefined, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += counts?.[i] ?? 0
  return sum
}

/** The gaps between two candidate dates, by index. */
export const gapsOf = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
