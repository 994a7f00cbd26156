import type { Static } from 'typebox'
import { nameOfSource } from '../../catalogue/sources.ts'
import { formatDay } from '../../domain/calendar.ts'
import type { FeedWithRows } from '../../kpi/ask-feeds.ts'
import type { FeedSchema } from '../schemas/feeds.ts'
import { csvOf } from './csv.ts'

type FeedOnWire = Static<typeof FeedSchema>

export function feedToWire (feed: FeedWithRows): FeedOnWire {
  const { authority, service, source, newest, arrived, rhythm, isSet, allowed, daysLate, rows } = feed
  return {
    authority: authority.slug,
    service: service.slug,
    source: source === undefined ? null : nameOfSource(source),
    newest_day: formatDay(newest),
    arrived_on: arrived === undefined ? null : formatDay(arrived),
    rhythm,
    rhythm_set: isSet,
    allowed_days: allowed,
    days_late: daysLate,
    rows
  }
}

const COUNTS = ['received', 'stored', 'duplicates', 'revised', 'rejected'] as const
const COLUMNS = [
  'authority', 'service', 'source', 'newest_day', 'arrived_on', 'rhythm', 'rhythm_set', 'allowed_days', 'days_late'
] as const

/** A row a feed, what became of its source's rows in columns of their own. */
export const feedsToCsv = (feeds: readonly FeedOnWire[]): string => csvOf(
  [...COLUMNS, ...(['day', 'week'] as const).flatMap((of) => COUNTS.map((name) => `rows_${of}_${name}`))],
  feeds.map((feed) => [
    ...COLUMNS.map((name) => typeof feed[name] === 'boolean' ? String(feed[name]) : feed[name]),
    ...(['day', 'week'] as const).flatMap((of) => COUNTS.map((name) => feed.rows[of]?.[name] ?? null))
  ])
)
