import { badQuery } from '../data-error.ts'
import { FIRST_INSTANT, LAST_INSTANT } from '../utc-instant.ts'
import { addUtcPeriods, startOfPeriod, startsWithin, type UtcPeriod } from '../utc-period.ts'
import type { DataQuery } from './data-query.ts'

/** Periods in one answer: ten years of hours and more. Beyond, a query would cost more than it can tell. */
export const MOST_PERIODS = 100_000

/** The stretch of time that a query reads, and the periods it reports on. */
export interface Window {
  from: number | undefined
  before: number | undefined
  /** `before` itself is in the window. */
  inclusive: boolean
  /** Empty without a period. */
  starts: number[]
  /** Where the last period ends. */
  end: number
  /** With a duration: how far the window may be moved to find data; later for a start_at, else earlier. */
  direction: 1 | -1 | undefined
}

/** Works out the window; throws `DataError` where it would leave the calendar or be too fine. */
export function windowOf (query: DataQuery, now: number): Window {
  const { period, duration, startAt, endAt, inclusive } = query
  if (period === undefined) return { from: startAt, before: endAt, inclusive, starts: [], end: 0, direction: undefined }
  if (duration === undefined) return betweenDates(period, startAt ?? 0, endAt ?? 0, inclusive)
  if (duration > MOST_PERIODS) throw tooMany()
  const anchor = startOfPeriod(period, startAt ?? endAt ?? now)
  const forward = startAt !== undefined
  const other = inCalendar(addUtcPeriods(period, anchor, forward ? duration : -duration))
  return between(period, forward ? [anchor, other] : [other, anchor], forward ? 1 : -1)
}

/** The same window, moved by so many periods. */
export function moved (window: Window, period: UtcPeriod, by: number): Window {
  const [from, before] = [window.starts[0] ?? 0, window.end].map((at) => inCalendar(addUtcPeriods(period, at, by))) as [
    number, number
  ]
  return between(period, [from, before], undefined)
}

function betweenDates (period: UtcPeriod, from: number, before: number, inclusive: boolean): Window {
  const starts = startsWithin(period, from, before, MOST_PERIODS)
  if (starts === undefined) throw tooMany()
  const end = inCalendar(addUtcPeriods(period, starts.at(-1) ?? from, 1))
  // A record at an end that is also the end of the last period belongs to a period that is not asked for.
  return { from, before, inclusive: inclusive && before < end, starts, end, direction: undefined }
}

function between (period: UtcPeriod, [from, before]: [number, number], direction: Window['direction']): Window {
  const starts = startsWithin(period, from, before, MOST_PERIODS) ?? []
  return { from, before, inclusive: false, starts, end: before, direction }
}

function inCalendar (instant: number): number {
  if (!(instant >= FIRST_INSTANT && instant <= LAST_INSTANT)) {
    throw badQuery('The range leaves the calendar of the years 1 to 9999')
  }
  return instant
}

const tooMany = () => badQuery(`A query can report on ${MOST_PERIODS} periods at most`)
