import { formatDay } from '../../../domain/calendar.ts'
import type { Event } from '../../../domain/event.ts'
import type { DateRange } from '../../../domain/period.ts'
import { correctedWeeks } from '../days.ts'

/** Solihull's reports of some Mondays that turned out to be no missed bins, as revisions of what was sent first. */
export function correctionsOf (events: readonly Event[], days: DateRange): Event[] {
  const mondays = new Set(correctedWeeks(days).map(formatDay))
  return events.filter(({ authority, outcome, occurred_at: at }) =>
    authority === 'solihull' && outcome === 'confirmed' && mondays.has(at.slice(0, 10)))
    .map(({ duration_seconds: _, attributes, ...event }) => ({
      ...event, outcome: 'unjustified', revision: 2, attributes: { ...attributes, reason: 'not-presented' }
    }))
}
