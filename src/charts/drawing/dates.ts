import { dayOf, dayParts } from '../../domain/calendar.ts'
import type { DateRange, Period } from '../../domain/period.ts'

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
  'December'
]
const monthName = (month: number): string => MONTHS[month - 1] ?? ''
const shortMonth = (month: number): string => monthName(month).slice(0, 3)

/** "26 May 2014". */
export function dayInWords (day: number): string {
  const { year, month } = dayParts(day)
  return `${dateOf(day)} ${monthName(month)} ${year}`
}

/** Two days, inclusive: "26 May to 1 June 2014". */
export function rangeInWords ({ start, end }: DateRange): string {
  const [first, last] = [dayParts(start), dayParts(end - 1)]
  if (end - start === 1) return dayInWords(start)
  const from = first.year !== last.year
    ? dayInWords(start)
    : first.month === last.month ? String(dateOf(start)) : `${dateOf(start)} ${monthName(first.month)}`
  return `${from} to ${dayInWords(end - 1)}`
}

/** A period by its name where it is whole: "May 2014", "2014/15", "April to June 2014"; else by its days. */
export function periodInWords (period: Period, range: DateRange): string {
  const { year, month } = dayParts(range.start)
  if (period === 'day') return dayInWords(range.start)
  if (period === 'week') return `week of ${rangeInWords(range)}`
  if (!isWhole(period, range)) return rangeInWords(range)
  switch (period) {
    case 'month': return `${monthName(month)} ${year}`
    case 'year': return String(year)
    case 'financial_year': return financialYear(year)
    default: return `${monthName(month)} to ${monthName(month + 2)} ${year}`
  }
}

/** The label of a period on an axis; `under` it, where it is another than the label before has, its year. */
export function tickOf (period: Period, { start }: DateRange): { label: string, under: string } {
  const { year, month } = dayParts(start)
  switch (period) {
    case 'day':
    case 'week': return { label: `${dateOf(start)} ${shortMonth(month)}`, under: String(year) }
    case 'month': return { label: shortMonth(month), under: String(year) }
    case 'quarter': return { label: `${shortMonth(month)}–${shortMonth(month + 2)}`, under: String(year) }
    case 'financial_quarter':
      return {
        label: `${shortMonth(month)}–${shortMonth(month + 2)}`, under: financialYear(month < 4 ? year - 1 : year)
      }
    case 'year': return { label: String(year), under: '' }
    case 'financial_year': return { label: financialYear(month < 4 ? year - 1 : year), under: '' }
  }
}

/** How often labels may be set, so that those that are set fall on even places. */
export const STEPS: Record<Period, readonly number[]> = {
  day: [1, 2, 7, 14, 28, 56, 84],
  week: [1, 2, 4, 8, 13, 26, 52],
  month: [1, 2, 3, 4, 6, 12, 24, 60],
  quarter: [1, 2, 4, 8, 20, 40],
  financial_quarter: [1, 2, 4, 8, 20, 40],
  year: [1, 2, 5, 10, 20, 50],
  financial_year: [1, 2, 5, 10, 20, 50]
}

/** What a period is called where there are several. */
export const PERIODS_IN_WORDS: Record<Period, string> = {
  day: 'by day',
  week: 'by week from Monday',
  month: 'by month',
  quarter: 'by quarter',
  year: 'by year',
  financial_quarter: 'by financial quarter',
  financial_year: 'by financial year'
}

function isWhole (period: Period, { start, end }: DateRange): boolean {
  const { year, month } = dayParts(start)
  const months = period === 'month' ? 1 : period === 'quarter' || period === 'financial_quarter' ? 3 : 12
  return dateOf(start) === 1 && dayOf(year, month + months, 1) === end
}

const financialYear = (year: number): string => `${year}/${String((year + 1) % 100).padStart(2, '0')}`
const dateOf = (day: number): number => {
  const { year, month } = dayParts(day)
  return day - dayOf(year, month, 1) + 1
}
