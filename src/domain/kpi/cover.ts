import { exact } from '../exact.ts'
import { overlap, overlaps, type DateRange } from '../period.ts'

/** An observation that was sent for some days. */
export interface ObservedValue {
  range: DateRange
  value: number
  provisional: boolean
  revised: boolean
  note: string
}

/** The value of a range by its observations, null if none lies in it; `covered` are the days that they are about. */
export interface Covered {
  value: number | null
  covered: DateRange[]
  used: ObservedValue[]
}

export const lengthOf = (ranges: readonly DateRange[]): number =>
  ranges.reduce((days, { start, end }) => days + end - start, 0)

/**
 * Adds up observations of a flow over `range`. An observation counts only where it lies in the range whole: a week that
 * straddles the end of a month cannot be split, so it counts for neither month, and the month's coverage says so. No
 * day counts twice: where a week and its days were both sent, the longer observation holds.
 */
export function addFlow (observations: readonly ObservedValue[], range: DateRange): Covered {
  const inside = observations.filter((one) => one.range.start >= range.start && one.range.end <= range.end)
    .toSorted((a, b) => lengthOf([b.range]) - lengthOf([a.range]) || a.range.start - b.range.start)
  const used: ObservedValue[] = []
  for (const observation of inside) {
    if (used.every((other) => !overlaps(other.range, observation.range))) used.push(observation)
  }
  if (used.length === 0) return NOTHING
  return {
    value: exact(used.reduce((sum, { value }) => sum + value, 0)), covered: joined(used.map((one) => one.range)), used
  }
}

/**
 * A stock does not add up: it is the observation of the last day in `range` that has one, which then stands for the
 * whole range. Where there is none, an observation of a longer period (a year's dwellings) stands for every range
 * within it, the shortest first.
 */
export function lastStock (observations: readonly ObservedValue[], range: DateRange): Covered {
  const within = observations.filter((observation) => contains(range, observation.range))
  const usable = within.length > 0 ? within : observations.filter((observation) => contains(observation.range, range))
  const endOf = (observation: ObservedValue): number => Math.min(observation.range.end, range.end)
  const [last] = usable.toSorted((a, b) => endOf(b) - endOf(a) || lengthOf([a.range]) - lengthOf([b.range]))
  return last === undefined ? NOTHING : { value: last.value, covered: [range], used: [last] }
}

const NOTHING: Covered = { value: null, covered: [], used: [] }
const contains = (outer: DateRange, inner: DateRange): boolean => outer.start <= inner.start && inner.end <= outer.end

/** Sorts ranges, and joins those that touch or overlap. */
export function joined (ranges: readonly DateRange[]): DateRange[] {
  const result: DateRange[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** The days that are in every one of several lists of ranges; none for no lists. */
export function inAll ([first, ...others]: ReadonlyArray<readonly DateRange[]>): DateRange[] {
  return others.reduce<DateRange[]>(intersect, [...first ?? []])
}

/** The days that are in both. */
export function intersect (a: readonly DateRange[], b: readonly DateRange[]): DateRange[] {
  return joined(a.flatMap((one) => b.flatMap((other) => overlap(one, other) ?? [])))
}
