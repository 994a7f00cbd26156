import { badQuery } from '../data-error.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import type { DataQuery } from './data-query.ts'

const SECOND_MS = 1000

/**
 * What a data set without `raw_queries_allowed` asks of a query: to be aggregated, over whole days, and over seven of
 * them at least, so that nobody can single out a record.
 */
export function checkRestricted (query: DataQuery): void {
  const { period, startAt, endAt, groupBy } = query
  if (period === undefined && groupBy.length === 0) {
    throw badQuery('Raw queries are not allowed on this data set: use group_by or period')
  }
  if (period === 'hour') return
  const endOfDay = lastSecondOfDay(endAt)
  if (startAt !== undefined && endAt !== undefined) {
    // Date pickers send a week as Monday to the last second of Sunday; that is seven days.
    const length = (period === 'week' ? endOfDay ?? endAt : endAt) - startAt
    if (length < 7 * DAY_MS) throw badQuery('The minimum time span for a query is 7 days')
  }
  checkBoundary('start_at', startAt, period)
  checkBoundary('end_at', endOfDay, period)
}

// Date pickers end a range at 23:59:59, which stands for the midnight that follows.
function lastSecondOfDay (instant: number | undefined): number | undefined {
  return instant !== undefined && (instant + SECOND_MS) % DAY_MS === 0 ? instant + SECOND_MS : instant
}

function checkBoundary (name: string, instant: number | undefined, period: DataQuery['period']): void {
  if (instant === undefined) return
  const date = new Date(instant)
  if (instant % DAY_MS !== 0) throw badQuery(`${name} must be midnight UTC`)
  if (period === 'week' && date.getUTCDay() !== 1) throw badQuery(`${name} must be a Monday for period=week`)
  if (period === 'month' && date.getUTCDate() !== 1) {
    throw badQuery(`${name} must be the first of a month for period=month`)
  }
}
