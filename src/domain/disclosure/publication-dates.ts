import { addPeriods, FIRST_DAY, periodStart, type Period, type DateRange } from '../period.ts'
import type { DisclosureRule } from './rule.ts'

/** A date at which a count since the start of the range may be published. Heavier dates are decided first. */
export interface CandidateDate { day: number, weight: number }

// Coarser periods win where two cannot both be published: dropping a month's first day costs two months, dropping the
// Monday beside it two weeks.
const WEIGHTS: ReadonlyArray<readonly [DisclosureRule['finest'], number]> = [
  ['financial_year', 64], ['quarter', 32], ['month', 16], ['week', 4], ['day', 1]
]

/**
 * The days on which a period of `finest` or coarser starts within `range`, both ends included. Years, financial years
 * and both kinds of quarter start on one of them. Days after `latest` are left out: a period that ends there is not
 * over or not due yet.
 */
export function candidateDates (
  range: DateRange, finest: DisclosureRule['finest'], latest = Infinity
): CandidateDate[] {
  const weights = new Map<number, number>([[range.start, 64]])
  for (const [period, weight] of WEIGHTS) {
    for (const day of startsIn(period, range)) if (!weights.has(day) && day <= latest) weights.set(day, weight)
    if (period === finest) break
  }
  if (range.end <= latest) weights.set(range.end, 64)
  return [...weights].map(([day, weight]) => ({ day, weight })).sort((a, b) => a.day - b.day)
}

function * startsIn (period: Period, { start, end }: DateRange): Generator<number> {
  for (let day = periodStart(period, start); day <= end; day = addPeriods(period, day, 1)) if (day >= start) yield day
}

/** The whole financial years that `range` overlaps, none before `FIRST_DAY`. Each gets a plan of its own. */
export function financialYears (range: DateRange): DateRange[] {
  const windows: DateRange[] = []
  for (let start = periodStart('financial_year', range.start); start < range.end;) {
    const end = addPeriods('financial_year', start, 1)
    windows.push({ start: Math.max(start, FIRST_DAY), end })
    start = end
  }
  return windows
}
