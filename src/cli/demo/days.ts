import { dayOf, dayParts } from '../../domain/calendar.ts'
import { addPeriods, periodStart, type DateRange } from '../../domain/period.ts'

export const DEMO_MONTHS = 30
const STRIKE_MONTH = 10
const CORRECTED_MONTH = 3

/**
 * The demo's days: two and a half years, from the first of a month to yesterday. What a day holds depends on nothing
 * but the day, so that a run on a later day adds to what an earlier one sent.
 */
export function demoDays (today: number, months = DEMO_MONTHS): DateRange {
  return { start: addPeriods('month', periodStart('month', today), -months), end: today }
}

/** Monday of the week of every year in which Solihull's crews are on strike: the second of October. */
export function strikeWeeks ({ start, end }: DateRange): number[] {
  return mondays(STRIKE_MONTH, { start, end: end - 6 })
}

export function isStrike (authority: string, day: number): boolean {
  return authority === 'solihull' && strikeWeeks({ start: day - 6, end: day + 7 }).length > 0
}

/** Monday of the week of every year of which figures are corrected: the second of March. */
export function correctedWeeks (days: DateRange): number[] {
  return mondays(CORRECTED_MONTH, days)
}

/** Days on which counts of a week are sent: Sundays, and the last of a month so that months are whole. */
export function isReportDay (day: number): boolean {
  return dayParts(day).weekday === 6 || dayParts(day + 1).month !== dayParts(day).month
}

/** The days that such a report is about. */
export function daysReported (day: number): number {
  let days = 1
  while (!isReportDay(day - days)) days++
  return days
}

function mondays (month: number, { start, end }: DateRange): number[] {
  const [first, last] = [dayParts(start).year, dayParts(end).year]
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const eighth = dayOf(first + i, month, 8)
    return eighth + (7 - dayParts(eighth).weekday) % 7
  }).filter((monday) => monday >= start && monday < end)
}
