import { codeOf } from '../catalogue/known-authorities.ts'
import { dayOf, dayParts, formatDay } from '../domain/calendar.ts'
import type { EventType } from '../domain/event.ts'
import { addPeriods, periodStart } from '../domain/period.ts'
import { askSeries } from '../series/answer.ts'
import type { Asked } from './asked.ts'

/** Longer periods are sums of these, but where a council sends figures for longer ones alone. */
const PERIODS = ['day', 'week', 'month'] as const
const BREAKDOWNS = {
  total: [], channel: ['channel'], outcome: ['outcome'], 'channel-outcome': ['channel', 'outcome']
} as const

/** Values of one group, a calendar year of one period, as `open_series_row` has them. */
export interface SeriesRow {
  type: EventType
  period: typeof PERIODS[number]
  breakdown: keyof typeof BREAKDOWNS
  from_on: string
  channel: string
  outcome: string
  figures: Array<number | null>
  statuses: string[]
}

/**
 * Everything that the public may see of the counts of a type, from a year on: what `GET /v1/series` answers, period by
 * period. Years before the first with a value have no rows; `begun` says that there are earlier ones. So neither which
 * rows there are nor what they say depends on figures that are not public.
 */
export async function seriesRowsOf (
  asked: Asked, type: EventType, fromYear: number, begun: boolean
): Promise<SeriesRow[]> {
  const { year: last } = dayParts(asked.today)
  const rows: SeriesRow[] = []
  for (let year = fromYear; year <= last; year++) {
    const ofYear: SeriesRow[] = []
    for (const period of PERIODS) {
      for (const breakdown of Object.keys(BREAKDOWNS) as Array<keyof typeof BREAKDOWNS>) {
        ofYear.push(...await rowsOf(asked, { type, period, breakdown }, year))
      }
    }
    if (begun || rows.length > 0 || ofYear.some(({ figures }) => figures.some((one) => one !== null))) {
      rows.push(...ofYear)
    }
  }
  return rows
}

async function rowsOf (
  { directory, session, authority, service, now, today, ask }: Asked,
  { type, period, breakdown }: Pick<SeriesRow, 'type' | 'period' | 'breakdown'>,
  year: number
): Promise<SeriesRow[]> {
  // Weeks that begin in the year, whole ones: a week that is cut has a part of its value.
  const first = periodStart(period, dayOf(year, 1, 1))
  const start = first < dayOf(year, 1, 1) ? addPeriods(period, first, 1) : first
  const end = Math.min(periodStart(period, dayOf(year, 12, 31)), periodStart(period, today))
  if (end < start) return []
  const { series } = await ask(async () => await askSeries(directory, {
    authority: [codeOf(authority)],
    service: service.slug,
    type,
    period,
    start_on: formatDay(start),
    end_on: formatDay(addPeriods(period, end, 1) - 1),
    group_by: [...BREAKDOWNS[breakdown]]
  }, now).answer(session))
  return series.map(({ group: { channel = '', outcome = '' }, values }) => ({
    type,
    period,
    breakdown,
    from_on: formatDay(start),
    channel,
    outcome,
    figures: values.map(({ value }) => value),
    statuses: values.map(({ status }) => status)
  }))
}
