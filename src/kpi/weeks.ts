import type { Authority } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { dayParts } from '../domain/calendar.ts'
import { inAll, lengthOf } from '../domain/kpi/cover.ts'
import { addPeriods, periodStart, type DateRange } from '../domain/period.ts'
import type { ObservationIndex, Subdivision } from '../observations/observation-index.ts'

const DAYS_A_WEEK = 7
/** How many days the weeks that begin in a period may go on after it. */
export const DAYS_AFTER = DAYS_A_WEEK - 1

/** The days that a value of a period is about: all of them, or the weeks that begin in it. */
export interface CountedPeriod { range: DateRange, byWeeks: boolean }

/**
 * A week that straddles the end of a month cannot be split. So where the observations of `measures` do not cover a
 * period, and cover more of the weeks that begin in it, it is taken as those weeks: each week is in one month.
 */
export function countedPeriod (
  book: ObservationIndex,
  authority: Authority,
  measures: readonly Measure[],
  subdivision: Subdivision,
  range: DateRange
): CountedPeriod {
  const whole = { range, byWeeks: false }
  const weeks = weeksBegunIn(range)
  if (measures.length === 0 || lengthOf([range]) <= DAYS_A_WEEK || lengthOf([weeks]) === 0) return whole
  const found = (days: DateRange) => measures.map((measure) => book.over(authority, measure, subdivision, days))
  const share = (days: DateRange): number =>
    lengthOf(inAll(found(days).map(({ covered }) => covered))) / lengthOf([days])
  const used = found(weeks).flatMap((one) => one.used)
  if (!used.some((one) => isWeek(one.range))) return whole
  const [ofWhole, ofWeeks] = [share(range), share(weeks)]
  const isSame = weeks.start === range.start && weeks.end === range.end
  return ofWeeks > ofWhole || (isSame && used.every((one) => isWeek(one.range)))
    ? { range: weeks, byWeeks: true }
    : whole
}

const mondayFrom = (day: number): number =>
  dayParts(day).weekday === 0 ? day : addPeriods('week', periodStart('week', day), 1)
const weeksBegunIn = ({ start, end }: DateRange): DateRange => ({ start: mondayFrom(start), end: mondayFrom(end) })
const isWeek = ({ start, end }: DateRange): boolean => end - start === DAYS_A_WEEK && dayParts(start).weekday === 0
