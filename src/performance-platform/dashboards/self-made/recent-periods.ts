import { DAY_MS, formatDay, parseDay } from '../../../domain/calendar.ts'
import { startOfPeriod } from '../../utc-period.ts'
import type { NewestOfType } from '../../store/newest-days.ts'
import type { Periods } from './modules.ts'

/** The last whole weeks, or days. */
export type RecentPeriods = Periods & { period: 'week' | 'day' }

const WEEKS = 9
const DAYS = 30
/** Where nobody knows when the newest figures came. */
export const WHOLE_WEEKS: Periods = { period: 'week', duration: WEEKS }

/** Today and this week's Monday as the data API counts them, in UTC. */
export function todayOf (now: number): { today: string, monday: string } {
  return { today: formatDay(Math.floor(now / DAY_MS)), monday: formatDay(startOfPeriod('week', now) / DAY_MS) }
}

/**
 * The last whole weeks, which the data API counts back from now. Where nothing came for longer, the weeks that end with
 * the last that has data; where there is no whole week yet, days; undefined while all there is came today.
 */
export function recentPeriods (
  { beforeToday: day, beforeMonday: weekDay }: Pick<NewestOfType, 'beforeToday' | 'beforeMonday'>,
  now: number,
  weeks = WEEKS
): RecentPeriods | undefined {
  if (weekDay !== null) {
    const weekAfter = startOfPeriod('week', ((parseDay(weekDay) ?? 0) + 7) * DAY_MS)
    const isRecent = weekAfter > startOfPeriod('week', now) - weeks * 7 * DAY_MS
    return {
      period: 'week',
      duration: weeks,
      ...(!isRecent && { end_at: new Date(weekAfter).toISOString().replace('.000Z', 'Z') })
    }
  }
  return day === null ? undefined : { period: 'day', duration: DAYS }
}

/** Those of the events of one type; undefined where there are none of before today. */
export function recentPeriodsOf (
  newest: readonly NewestOfType[], type: number, now: number, weeks?: number
): RecentPeriods | undefined {
  const ofType = newest.filter((one) => one.type === type)
  const latest = (column: 'beforeToday' | 'beforeMonday'): string | null =>
    ofType.map((one) => one[column]).reduce((a, b) => a === null || (b !== null && b > a) ? b : a, null)
  return recentPeriods({ beforeToday: latest('beforeToday'), beforeMonday: latest('beforeMonday') }, now, weeks)
}
