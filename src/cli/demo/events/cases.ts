import { formatDay } from '../../../domain/calendar.ts'
import type { Event, Outcome } from '../../../domain/event.ts'
import { around, chance, pick } from '../chance.ts'
import type { Delivery } from '../pilot.ts'

/** Makes the id of an event of what tells it from the others of its day. */
export type IdOf = (...parts: Array<string | number>) => string

/** A ward and the days on which it is one, both inclusive. */
export interface Ward { code: string, from: number, to: number }

const AVOIDABLE_SHARE = 0.06
const LOCATED_SHARE = 0.97
const DAY_SECONDS = 86_400
/** Days after the report on which the crew comes back for a bin that it missed. */
const BACK_WITHIN = 4
const STREETS_A_WARD = 4

const CONTAINERS = [
  { container: 'refuse', share: 0.42 },
  { container: 'recycling', share: 0.31 },
  { container: 'food', share: 0.12 },
  { container: 'garden', share: 0.15 }
]
const REASONS: Record<string, Array<{ reason: string, share: number }>> = {
  confirmed: [
    { reason: 'breakdown', share: 0.3 }, { reason: 'part-access', share: 0.25 },
    { reason: 'partly-completed-street', share: 0.3 }, { reason: 'roadworks', share: 0.15 }
  ],
  unjustified: [
    { reason: 'not-presented', share: 0.6 }, { reason: 'contaminated', share: 0.25 },
    { reason: 'too-heavy', share: 0.15 }
  ]
}
const DEVICES = [
  { device: 'mobile', share: 0.61 }, { device: 'desktop', share: 0.32 }, { device: 'tablet', share: 0.07 }
]

/** A channel's cases of a day, one event each: where, what was missed, why, and how long until it was collected. */
export function casesOf (
  { authority, profile: { service, outcomes = [] } }: Delivery,
  channel: string,
  mean: number,
  wards: readonly Ward[],
  idOf: IdOf,
  day: number
): Event[] {
  const open = wards.filter(({ from, to }) => from <= day && day <= to)
    .map((ward) => ({ ...ward, share: 0.5 + chance('ward', ward.code) }))
  return Array.from({ length: around(mean, authority, service, day, channel) }, (_, n) => {
    const id = idOf(channel, n)
    const hour = 7 + Math.floor(14 * chance('hour', id)) // in UTC, so that summer time moves none to another day
    const minute = Math.floor(60 * chance('minute', id))
    const outcome = pick(outcomes, 'outcome', id).outcome as Outcome
    const reasons = REASONS[outcome]
    const ward = open.length > 0 && chance('located', id) < LOCATED_SHARE ? pick(open, 'ward', id).code : undefined
    return {
      id,
      authority,
      service,
      occurred_at: `${formatDay(day)}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00Z`,
      channel,
      outcome,
      ...(ward !== undefined && { ward, street: streetIn(ward, id) }),
      ...(outcome === 'confirmed' && {
        duration_seconds: Math.round(DAY_SECONDS * (0.2 + BACK_WITHIN * chance('back', id) ** 2))
      }),
      ...(chance('avoidable', id) < AVOIDABLE_SHARE && { avoidable: true }),
      attributes: {
        container: pick(CONTAINERS, 'container', id).container,
        ...(reasons !== undefined && { reason: pick(reasons, 'reason', id).reason }),
        ...(channel === 'web' && { device: pick(DEVICES, 'device', id).device })
      }
    }
  })
}

// A few made-up streets a ward, in the range of numbers that Solihull's have.
function streetIn (ward: string, id: string): number {
  return 45_200_000 + Math.floor(9000 * chance('streets', ward)) + Math.floor(STREETS_A_WARD * chance('street', id))
}
