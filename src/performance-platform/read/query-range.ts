import { badQuery } from '../data-error.ts'
import { FIRST_INSTANT, LAST_INSTANT } from '../utc-instant.ts'
import { addUtcPeriods, startOfPeriod, startsWithin, type UtcPeriod } from '../utc-period.ts'
import type { TimeRange } from '../store/relation.ts'
import type { DataQuery } from './data-query.ts'

/** Periods in one answer: five years of hours. A query for more would cost too much. */
export const MOST_PERIODS = 50_000

/** The instants that a query reads, and the periods it reports on. */
export interface QueryRange extends TimeRange {
  /** Empty without a period. */
  starts: number[]
  /** Where the last period ends. */
  end: number
  /** With a duration: which way the range may be moved to find data; later for a start_at, else earlier. */
  direction: 1 | -1 | undefined
}

/** Works out the range; throws `DataError` where it would leave the calendar or be too fine. */
export function queryRangeOf (query: DataQuery, now: number): QueryRange {
  const { period, duration, startAt, endAt, inclusive } = query
  if (period === undefined) return { from: startAt, before: endAt, inclusive, starts: [], end: 0, direction: undefined }
  if (duration === undefined) return betweenDates(period, startAt ?? 0, endAt ?? 0, inclusive)
  if (duration > MOST_PERIODS) throw tooMany()
  const anchor = startOfPeriod(period, startAt ?? endAt ?? now)
  const forward = startAt !== undefined
  const other = inCalendar(addUtcPeriods(period, anchor, forward ? duration : -duration))
  return between(period, forward ? [anchor, other] : [other, anchor], forward ? 1 : -1)
}

/** The same range, moved by so many periods. */
export function moved (range: QueryRange, period: UtcPeriod, by: number): QueryRange {
  const shifted = (at: number): number => inCalendar(addUtcPeriods(period, at, by))
  return between(period, [shifted(range.starts[0] ?? 0), shifted(range.end)], undefined)
}

function betweenDates (period: UtcPeriod, from: number, before: number, inclusive: boolean): QueryRange {
  const starts = startsWithin(period, from, before, MOST_PERIODS)
  if (starts === undefined) throw tooMany()
  const end = inCalendar(addUtcPeriods(period, starts.at(-1) ?? from, 1))
  // A record at an end that is also the end of the last period belongs to a period that is not asked for.
  return { from, before, inclusive: inclusive && before < end, starts, end, direction: undefined }
}

function between (period: UtcPeriod, [from, before]: [number, number], direction: QueryRange['direction']): QueryRange {
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
