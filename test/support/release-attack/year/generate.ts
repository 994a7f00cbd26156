import { DAY_MS, dayParts, formatDay } from '../../../../src/domain/calendar.ts'
import type { Event } from '../../../../src/domain/event.ts'
import { around, chance, pick } from '../../../../src/cli/demo/chance.ts'
import { THOUSANDS, type Profile } from './profiles.ts'

/** A ward and the days on which it is one, both inclusive. */
export interface Ward { code: string, from: number, to: number }

export interface DemoSeries {
  authority: string
  profile: Profile
  /** Empty: the authority is told in counts of a day instead of single events by ward. */
  wards: Ward[]
}

const DAYS_A_YEAR = 365
/** The shares of the profiles are those of this day: 1 January 2026. */
const SHARES_OF = Date.UTC(2026, 0, 1) / DAY_MS
const RATE_ONE_IN = 40
const AVOIDABLE_SHARE = 0.06

/**
 * What one authority's system has to tell of one service on one local day. The same day always gives the same events
 * under the same ids, so that a second run of the demo sends nothing new.
 */
export function eventsOfDay ({ authority, profile, wards }: DemoSeries, day: number): Event[] {
  const sizes = profile.channels.map(({ channel, share, growth = 0, amountPence, payDays }) => ({
    channel,
    amountPence,
    mean: dailyMean(authority, profile, day, payDays) * share * (1 + growth) ** ((day - SHARES_OF) / DAYS_A_YEAR)
  }))
  const common = { authority, service: profile.service, occurred_at: `${formatDay(day)}T12:00:00Z` }
  const idOf = (...parts: Array<string | number>): string =>
    `demo-${authority}-${profile.service}-${formatDay(day)}-${parts.join('-').replaceAll(' ', '')}`
  const open = wards.filter(({ from, to }) => from <= day && day <= to)
  return [
    ...sizes.flatMap((size) => {
      const many = around(size.mean, authority, profile.service, day, size.channel)
      return open.length > 0
        ? singles(common, idOf, profile, open, size.channel, many, day)
        : counted(common, idOf, profile, size, many)
    }),
    ...journeys(common, idOf, profile, sizes.find(({ channel }) => channel === 'web')?.mean ?? 0, day)
  ]
}

function dailyMean (
  authority: string, { yearlyPerThousand, season, week }: Profile, day: number, payDays?: readonly number[]
): number {
  const { month, weekday } = dayParts(day)
  const monthly = (THOUSANDS[authority] ?? 0) * yearlyPerThousand / 12 * (season[month - 1] ?? 1)
  if (payDays === undefined) return monthly * 12 / DAYS_A_YEAR * (week[weekday] ?? 1)
  return payDays.includes(Number(formatDay(day).slice(8))) ? monthly / payDays.length : 0
}

type Common = Pick<Event, 'authority' | 'service' | 'occurred_at'>
type IdOf = (...parts: Array<string | number>) => string

function singles (
  common: Common, idOf: IdOf, { outcomes }: Profile, wards: Ward[], channel: string, many: number, day: number
): Event[] {
  const weighted = wards.map((ward) => ({ ...ward, share: 0.5 + chance('ward', ward.code) }))
  return Array.from({ length: many }, (_, n) => {
    const id = idOf(channel, n)
    const hour = 7 + Math.floor(14 * chance('hour', id)) // in UTC, so that summer time moves none to another day
    const minute = Math.floor(60 * chance('minute', id))
    const ward = pick(weighted, id)
    return {
      ...common,
      id,
      occurred_at: `${formatDay(day)}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00Z`,
      channel,
      ...(outcomes !== undefined &&
        { outcome: pick(outcomes, 'outcome', id).outcome as NonNullable<Event['outcome']> }),
      ...(chance('located', id) < 0.97 && { ward: ward.code, street: streetIn(ward.code, id) }),
      ...(chance('avoidable', id) < AVOIDABLE_SHARE && { avoidable: true })
    }
  })
}

// Thirty made-up streets a ward, in the range of numbers that Solihull's have.
function streetIn (ward: string, id: string): number {
  return 45_200_000 + Math.floor(9000 * chance('streets', ward)) + Math.floor(30 * chance('street', id) ** 2)
}

interface Size { channel: string, amountPence: number | undefined }

function counted (
  common: Common,
  idOf: IdOf,
  { outcomes = [{ outcome: 'completed', share: 1 }] }: Profile,
  { channel, amountPence }: Size,
  many: number
): Event[] {
  return outcomes.flatMap(({ outcome, share }) => {
    const count = outcomes.length === 1 ? many : around(many * share, idOf(channel, outcome))
    if (count === 0) return []
    const id = idOf(channel, outcome)
    return [{
      ...common,
      id,
      channel,
      outcome: outcome as NonNullable<Event['outcome']>,
      count,
      ...(amountPence !== undefined && { amount_pence: count * amountPence })
    }]
  })
}

// Journeys are told every day, ratings once a week: few rate.
function journeys (common: Common, idOf: IdOf, profile: Profile, online: number, day: number): Event[] {
  const started = around(online / profile.journeys.completed, idOf('started'))
  const web = { ...common, channel: 'web' }
  const steps: Array<[outcome: NonNullable<Event['outcome']>, count: number]> = [
    ['started', started],
    ['completed', Math.round(started * profile.journeys.completed)],
    ['ineligible', Math.round(started * profile.journeys.ineligible)]
  ]
  const told: Event[] = steps.map(([outcome, count]) => ({
    ...web, id: idOf('journey', outcome), type: 'journey', outcome, count
  }))
  if (dayParts(day).weekday === 0) {
    told.push(...profile.ratings.map((share, i): Event => {
      const outcome = String(i + 1) as NonNullable<Event['outcome']>
      return {
        ...web,
        id: idOf('rating', outcome),
        type: 'rating',
        outcome,
        count: around(7 * online / RATE_ONE_IN * share, idOf('rating', outcome))
      }
    }))
  }
  return told.filter(({ count }) => count !== 0)
}
