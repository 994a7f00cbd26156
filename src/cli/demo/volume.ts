import { DAY_MS, dayParts, formatDay } from '../../domain/calendar.ts'
import type { DateRange } from '../../domain/period.ts'
import { isStrike } from './days.ts'
import type { Delivery } from './pilot.ts'
import type { Profile } from './profiles.ts'

export type Channel = Profile['channels'][number]

const DAYS_A_YEAR = 365
/** The shares of the profiles are those of this day: 1 January 2026. */
const SHARES_OF = Date.UTC(2026, 0, 1) / DAY_MS
const STRIKE_MISSES = 2.5

/** How many transactions a channel of a delivery has on a day, on average. */
export function meanOf ({ authority, profile, thousands, missed }: Delivery, channel: Channel, day: number): number {
  const { month, weekday } = dayParts(day)
  const bins = profile.service === 'report-missed-bin' ? missed * (isStrike(authority, day) ? STRIKE_MISSES : 1) : 1
  const monthly = thousands * profile.yearlyPerThousand / 12 * (profile.season[month - 1] ?? 1) * bins
  const growth = (1 + (channel.growth ?? 0)) ** ((day - SHARES_OF) / DAYS_A_YEAR)
  return channel.share * growth * (channel.payDays === undefined
    ? monthly * 12 / DAYS_A_YEAR * (profile.week[weekday] ?? 1)
    : channel.payDays.includes(Number(formatDay(day).slice(8))) ? monthly / channel.payDays.length : 0)
}

/** The same of several days. */
export function meanOfDays (delivery: Delivery, channel: Channel, { start, end }: DateRange): number {
  let sum = 0
  for (let day = start; day < end; day++) sum += meanOf(delivery, channel, day)
  return sum
}

/** Of all channels, or of the website alone. */
export function totalOfDays (delivery: Delivery, days: DateRange, channels = delivery.profile.channels): number {
  return channels.reduce((sum, channel) => sum + meanOfDays(delivery, channel, days), 0)
}

export function onlineOfDays (delivery: Delivery, days: DateRange): number {
  return totalOfDays(delivery, days, delivery.profile.channels.filter(({ channel }) => channel === 'web'))
}
