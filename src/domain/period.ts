import { dayOf, dayParts, formatDay } from './calendar.ts'

/** Weeks start on Monday; financial years and quarters on 1 April, as UK councils account. */
export const PERIODS = ['day', 'week', 'month', 'quarter', 'year', 'financial_quarter', 'financial_year'] as const
export type Period = typeof PERIODS[number]

const MONTHS: Partial<Record<Period, number>> = {
  month: 1, quarter: 3, financial_quarter: 3, year: 12, financial_year: 12
}

/** The first day that YYYY-MM-DD can write. */
export const FIRST_DAY = dayOf(1, 1, 1)

/** The first day of the period in which `day` lies. */
export function periodStart (period: Period, day: number): number {
  if (period === 'day') return day
  const { year, month, weekday } = dayParts(day)
  if (period === 'week') return day - weekday
  if (period === 'financial_year') return dayOf(month < 4 ? year - 1 : year, 4, 1)
  const length = MONTHS[period] ?? 1
  return dayOf(year, month - (month - 1) % length, 1)
}

/** The first day of the period `count` periods after the one that starts on `start` (before, if negative). */
export function addPeriods (period: Period, start: number, count: number): number {
  if (period === 'day') return start + count
  if (period === 'week') return start + 7 * count
  const { year, month } = dayParts(start)
  return dayOf(year, month + (MONTHS[period] ?? 1) * count, 1)
}

/** A half-open range of days: `start` is in it, `end` is the day after it. */
export interface DateRange { start: number, end: number }

/**
 * Every period that has a day in `range`, in order, whole: the first may begin before the range and the last end after
 * it. Throws RangeError above `most`, so that no request can ask for unbounded work, and before the year 1.
 */
export function periodsIn (period: Period, range: DateRange, most: number): DateRange[] {
  const periods: DateRange[] = []
  if (periodStart(period, range.start) < FIRST_DAY) throw new RangeError('days before the year 1')
  for (let start = periodStart(period, range.start); start < range.end;) {
    const end = addPeriods(period, start, 1)
    if (periods.length === most) throw new RangeError(`more than ${most} periods`)
    periods.push({ start, end })
    start = end
  }
  return periods
}

/** Wire form: local dates, both inclusive. */
export function toWireRange (range: DateRange): { start_on: string, end_on: string } {
  return { start_on: formatDay(range.start), end_on: formatDay(range.end - 1) }
}

/** From the first day of the first period to the last of the last. */
export function wholeRange (periods: readonly DateRange[]): DateRange {
  return { start: periods[0]?.start ?? 0, end: periods.at(-1)?.end ?? 0 }
}

/** Whether any day is in both. */
export const overlaps = (a: DateRange, b: DateRange): boolean => a.start < b.end && b.start < a.end

/** The days that are in both, or undefined. */
export function overlap (a: DateRange, b: DateRange): DateRange | undefined {
  const both = { start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) }
  return both.start < both.end ? both : undefined
}
