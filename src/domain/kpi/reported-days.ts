import { dayParts } from '../calendar.ts'
import { intersect, lengthOf } from './cover.ts'
import type { DateRange } from '../period.ts'

/** Days between two reports up to which none is missed: weekly reports are a rhythm too. */
export const REPORT_GAP = 7
const FRIDAY = 4
const DAYS_A_WEEK = 7

/**
 * The days that reports of events account for. A quiet day is no silent one: days between two reports that are at most
 * a week apart are accounted for, and a weekend with its Friday. So councils that work on weekdays, or send once a
 * week, have every day; one that stops has none from then on.
 */
export function reportedRanges (days: Iterable<number>): DateRange[] {
  const ranges: DateRange[] = []
  let newest = -Infinity
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && day - newest <= REPORT_GAP) last.end = day + 1
    else ranges.push({ start: day, end: day + 1 })
    newest = day
  }
  return ranges.map(({ start, end }) => ({ start, end: end + restOfWeekend(end - 1) }))
}

const restOfWeekend = (day: number): number => {
  const { weekday } = dayParts(day)
  return weekday < FRIDAY ? 0 : DAYS_A_WEEK - 1 - weekday
}

/** How many days of a range are accounted for. */
export const daysWithin = (reported: readonly DateRange[], range: DateRange): number =>
  lengthOf(intersect(reported, [range]))
