import { DAY_MS, HOUR_MS } from '../domain/calendar.ts'
import { addPeriods, periodStart } from '../domain/period.ts'

/** The periods of the Performance Platform dialect: all in UTC, on instants in milliseconds. Weeks start on Monday. */
export const UTC_PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const
export type UtcPeriod = typeof UTC_PERIODS[number]

/** When the period begins in which `instant` lies. */
export function startOfPeriod (period: UtcPeriod, instant: number): number {
  if (period === 'hour') return Math.floor(instant / HOUR_MS) * HOUR_MS
  return periodStart(period, Math.floor(instant / DAY_MS)) * DAY_MS
}

/** The start of the period `count` periods after the one that begins at `start` (before, if negative). */
export function addUtcPeriods (period: UtcPeriod, start: number, count: number): number {
  if (period === 'hour') return start + count * HOUR_MS
  return addPeriods(period, start / DAY_MS, count) * DAY_MS
}

/** The starts of every period that has an instant in [from, before). Undefined if there are more than `most`. */
export function startsWithin (period: UtcPeriod, from: number, before: number, most: number): number[] | undefined {
  const starts: number[] = []
  for (let start = startOfPeriod(period, from); start < before; start = addUtcPeriods(period, start, 1)) {
    if (starts.length === most) return undefined
    starts.push(start)
  }
  return starts
}
