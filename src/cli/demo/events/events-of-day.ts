import { formatDay } from '../../../domain/calendar.ts'
import type { Event, Outcome } from '../../../domain/event.ts'
import { around } from '../chance.ts'
import { daysReported, isReportDay } from '../days.ts'
import type { Delivery } from '../pilot.ts'
import { EXTRAS, RATE_ONE_IN } from '../profiles.ts'
import { meanOf, meanOfDays, onlineOfDays, totalOfDays, type Channel } from '../volume.ts'
import { casesOf, type IdOf, type Ward } from './cases.ts'

const ALL_COMPLETED = [{ outcome: 'completed', share: 1 }]

/**
 * What a system has to tell of a service on one local day. The same day always gives the same events under the same
 * ids, so that a second run of the demo sends nothing new.
 */
export function eventsOfDay (delivery: Delivery, wards: readonly Ward[], day: number): Event[] {
  const { authority, profile, sends } = delivery
  if (sends === 'figures') return []
  const idOf: IdOf = (...parts) =>
    `demo-${authority}-${profile.service}-${formatDay(day)}-${parts.join('-').replaceAll(' ', '')}`
  const common = { authority, service: profile.service, occurred_at: `${formatDay(day)}T12:00:00Z` }
  const reported = isReportDay(day) ? { start: day + 1 - daysReported(day), end: day + 1 } : undefined
  const channels = profile.channels.flatMap((channel) => {
    if (sends === 'cases') return casesOf(delivery, channel.channel, meanOf(delivery, channel, day), wards, idOf, day)
    if (sends === 'days') return counts(channel, meanOf(delivery, channel, day))
    if (reported === undefined) return []
    return counts(channel, meanOfDays(delivery, channel, reported))
  })
  if (reported === undefined) return channels

  const total = totalOfDays(delivery, reported)
  const online = onlineOfDays(delivery, reported)
  const extras = EXTRAS.filter(() => sends !== 'cases')
  return [
    ...channels,
    ...extras.map(({ name, share, ...more }): Event => ({
      ...common, ...more, id: idOf(name), count: around(total * share, idOf(name))
    })),
    ...journeysOf(delivery, online, common, idOf),
    ...profile.ratings.map((share, i): Event => rating(i + 1, online / RATE_ONE_IN * share))
  // A rating that nobody gave is told, since a period without any would be missing.
  ].filter(({ count, type }) => count !== 0 || type === 'rating')

  function rating (stars: number, mean: number): Event {
    const outcome = String(stars) as Outcome
    const id = idOf('rating', stars)
    return { ...common, id, type: 'rating', channel: 'web', outcome, count: around(mean, id) }
  }

  function counts ({ channel, amountPence }: Channel, mean: number): Event[] {
    return (profile.outcomes ?? ALL_COMPLETED).flatMap(({ outcome, share }) => {
      const id = idOf(channel, outcome)
      const count = around(mean * share, id)
      return count === 0
        ? []
        : [{
            ...common,
            id,
            channel,
            outcome: outcome as Outcome,
            count,
            ...(amountPence !== undefined && { amount_pence: count * amountPence })
          }]
    })
  }
}

function journeysOf (
  { profile: { journeys } }: Delivery,
  online: number,
  common: Pick<Event, 'authority' | 'service' | 'occurred_at'>,
  idOf: IdOf
): Event[] {
  const started = around(online / journeys.completed, idOf('started'))
  const steps: Array<[outcome: Outcome, count: number]> = [
    ['started', started],
    ['completed', Math.round(started * journeys.completed)],
    ['ineligible', Math.round(started * journeys.ineligible)]
  ]
  return steps.map(([outcome, count]) => ({
    ...common, id: idOf('journey', outcome), type: 'journey', channel: 'web', outcome, count
  }))
}
