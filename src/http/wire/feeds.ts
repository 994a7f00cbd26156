import type { Static } from 'typebox'
import { nameOfSource } from '../../catalogue/sources.ts'
import { formatDay } from '../../domain/calendar.ts'
import type { FeedWithRows } from '../../kpi/ask-feeds.ts'
import type { FeedSchema } from '../schemas/feeds.ts'

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
