import { overlap, overlaps, type DateRange } from '../period.ts'

/** A figure that was sent for some days. */
export interface Figure {
  range: DateRange
  value: number
  provisional: boolean
  revised: boolean
  note: string
}

/** What figures say of a stretch of days: `value` null if none lies in it; `covered` are the days they are about. */
export interface Covered {
  value: number | null
  covered: DateRange[]
  used: Figure[]
}

export const lengthOf = (ranges: readonly DateRange[]): number =>
  ranges.reduce((days, { start, end }) => days + end - start, 0)

/**
 * Adds up figures of a flow over `range`. A figure counts only where it lies in the range whole: a week that straddles
 * the end of a month cannot be split, so it counts for neither month, and the month's coverage says so. No day counts
 * twice: where a week and its days were both sent, the longer figure holds.
 */
export function addFlow (figures: readonly Figure[], range: DateRange): Covered {
  const inside = figures.filter((figure) => figure.range.start >= range.start && figure.range.end <= range.end)
    .toSorted((a, b) => lengthOf([b.range]) - lengthOf([a.range]) || a.range.start - b.range.start)
  const used: Figure[] = []
  for (const figure of inside) {
    if (used.every((other) => !overlaps(other.range, figure.range))) used.push(figure)
  }
  if (used.length === 0) return NOTHING
  return {
    value: used.reduce((sum, { value }) => sum + value, 0), covered: joined(used.map((figure) => figure.range)), used
  }
}

/**
 * A stock does not add up: it is the figure of the last day in `range` that has one, which then stands for the whole
 * range. Where there is none, a figure of a longer period (a year's dwellings) stands for every range within it, the
 * shortest first.
 */
export function lastStock (figures: readonly Figure[], range: DateRange): Covered {
  const within = figures.filter((figure) => contains(range, figure.range))
  const usable = within.length > 0 ? within : figures.filter((figure) => contains(figure.range, range))
  const endOf = (figure: Figure): number => Math.min(figure.range.end, range.end)
  const [last] = usable.toSorted((a, b) => endOf(b) - endOf(a) || lengthOf([a.range]) - lengthOf([b.range]))
  return last === undefined ? NOTHING : { value: last.value, covered: [range], used: [last] }
}

const NOTHING: Covered = { value: null, covered: [], used: [] }
const contains = (outer: DateRange, inner: DateRange): boolean => outer.start <= inner.start && inner.end <= outer.end

/** Ranges in order, neighbours and overlaps made one. */
export function joined (ranges: readonly DateRange[]): DateRange[] {
  const result: DateRange[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** The days that each of several covers has; none where there is no cover. */
export function inAll ([first, ...others]: ReadonlyArray<readonly DateRange[]>): DateRange[] {
  return others.reduce<DateRange[]>(intersect, [...first ?? []])
}

/** The days that are in both. */
export function intersect (a: readonly DateRange[], b: readonly DateRange[]): DateRange[] {
  return joined(a.flatMap((one) => b.flatMap((other) => overlap(one, other) ?? [])))
}
