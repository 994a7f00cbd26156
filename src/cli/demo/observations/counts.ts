import type { DateRange } from '../../../domain/period.ts'
import { around } from '../chance.ts'
import type { Delivery } from '../pilot.ts'
import { RATE_ONE_IN } from '../profiles.ts'
import { meanOfDays, onlineOfDays, totalOfDays } from '../volume.ts'
import type { Figure } from './figure.ts'

const AVOIDABLE_OF_CALLS = 0.1

/** What stands for the events of a council that sends none: counts of a week. */
export function countsOf (delivery: Delivery, week: DateRange): Figure[] {
  const { authority, profile: { service, channels, outcomes, journeys, ratings } } = delivery
  const near = (mean: number, ...words: string[]): number => around(mean, authority, service, week.start, ...words)
  const confirmed = outcomes?.find(({ outcome }) => outcome === 'confirmed')?.share
  const total = totalOfDays(delivery, week)
  const online = onlineOfDays(delivery, week)
  const started = near(online / journeys.completed, 'started')
  return [
    ...channels.flatMap((one) => {
      const value = near(meanOfDays(delivery, one, week), one.channel)
      return [
        { measure: 'transactions', channel: one.channel, value },
        {
          measure: 'transactions_avoidable',
          channel: one.channel,
          value: one.channel === 'Phone' ? Math.round(value * AVOIDABLE_OF_CALLS) : 0
        },
        ...(confirmed === undefined
          ? []
          : [{ measure: 'misses_confirmed', channel: one.channel, value: Math.round(value * confirmed) }])
      ]
    }),
    { measure: 'transactions_failed', channel: 'web', value: near(total * 0.015, 'failed') },
    { measure: 'journeys_started', channel: 'web', value: started },
    { measure: 'journeys_completed', channel: 'web', value: Math.round(started * journeys.completed) },
    { measure: 'journeys_ineligible', channel: 'web', value: Math.round(started * journeys.ineligible) },
    ...ratings.map((share, i) => ({
      measure: `ratings_${i + 1}`, channel: 'web', value: near(online / RATE_ONE_IN * share, 'rating', String(i + 1))
    }))
  ]
}
