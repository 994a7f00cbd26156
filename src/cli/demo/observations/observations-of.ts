import { formatDay, startOfDay } from '../../../domain/calendar.ts'
import type { Observation } from '../../../domain/observation.ts'
import { addPeriods, periodStart, type DateRange, type Period } from '../../../domain/period.ts'
import { around, chance } from '../chance.ts'
import { correctedWeeks, isStrike } from '../days.ts'
import type { Ward } from '../events/cases.ts'
import type { Delivery } from '../pilot.ts'
import { UNIT_COST_PENCE } from '../profiles.ts'
import { meanOfDays, totalOfDays } from '../volume.ts'
import { countsOf } from './counts.ts'
import type { Figure } from './figure.ts'

const STRIKE_COLLECTED = 0.6
const DOWN_SHARE = 0.06
const VISITS_A_TRANSACTION = 1.6
const ANSWERS_A_VISIT = 0.03
const SECOND_MS = 1000

/** What a system reports for the whole weeks and months of some days: of its own services, and of Solihull's. */
export function observationsOf (delivery: Delivery, wards: readonly Ward[], days: DateRange): Observation[] {
  if (!reportsFigures(delivery)) return []
  return (['week', 'month'] as const).flatMap((period) => periodsWithin(period, days).flatMap((one) =>
    figuresOf(delivery, period, one, wards, days).map((figure): Observation => ({
      authority: delivery.authority,
      service: delivery.profile.service,
      period,
      start_on: formatDay(one.start),
      ...figure
    }))))
}

/** A transport body tells of most of its councils in events alone. */
const reportsFigures = ({ owner, authority, sends }: Delivery): boolean => owner === authority || sends === 'days'

function figuresOf (
  delivery: Delivery, period: Period, one: DateRange, wards: readonly Ward[], days: DateRange
): Figure[] {
  const { authority, profile: { stock }, sends, thousands } = delivery
  if (period === 'week') {
    return [
      ...uptime(delivery, one),
      ...collections(delivery, one, wards, days),
      ...information(delivery, one),
      ...(sends === 'figures' ? [...costs(delivery, one), ...countsOf(delivery, one)] : [])
    ]
  }
  const near = 0.98 + 0.04 * chance('stock', authority, one.start)
  return [
    ...(sends === 'figures' ? [] : costs(delivery, one)),
    ...(stock === undefined
      ? []
      : [{ measure: stock.measure, value: Math.round(thousands * stock.perThousand * near) }])
  ]
}

function uptime ({ authority, profile }: Delivery, { start, end }: DateRange): Figure[] {
  const whole = (startOfDay(end) - startOfDay(start)) / SECOND_MS
  const words = [authority, profile.service, start]
  const down = chance('down', ...words) < DOWN_SHARE ? around(5400, 'down', ...words) : around(120, 'down', ...words)
  return [{ measure: 'uptime_seconds', value: whole - down }, { measure: 'downtime_seconds', value: down }]
}

function collections (
  { authority, collections, profile, sends }: Delivery, week: DateRange, wards: readonly Ward[], days: DateRange
): Figure[] {
  if (profile.service !== 'report-missed-bin') return []
  const strike = isStrike(authority, week.start)
  const measure = 'collections_made'
  const part = strike ? STRIKE_COLLECTED : 0.99 + 0.02 * chance('made', authority, week.start)
  const value = Math.round(collections * part)
  const note = strike ? { note: 'Crews on strike' } : {}
  const open = sends === 'cases' ? wards.filter(({ from, to }) => from < week.end && week.start <= to) : []
  const whole = open.filter(({ from, to }) => from <= week.start && week.end - 1 <= to)
  const corrected = sends === 'cases' && correctedWeeks(days).includes(week.start)
  return [
    // A slip of the keyboard, mended by the revision after it.
    ...(corrected ? [{ measure, value: value * 10 }] : []),
    { measure, value, ...note, ...(corrected && { revision: 2, note: 'Corrected: one digit too many' }) },
    ...whole.map(({ code }) => ({ measure, ward: code, value: Math.round(value / open.length), ...note }))
  ]
}

function information (delivery: Delivery, week: DateRange): Figure[] {
  const { authority, profile } = delivery
  const words = [authority, profile.service, week.start]
  const visits = around(totalOfDays(delivery, week) * VISITS_A_TRANSACTION, 'visits', ...words)
  const answers = Math.round(visits * ANSWERS_A_VISIT)
  const yes = Math.round(answers * (profile.found - 0.03 + 0.06 * chance('found', ...words)))
  return [
    { measure: 'information_visits', value: visits },
    { measure: 'found_yes', value: yes },
    { measure: 'found_no', value: answers - yes }
  ]
}

function costs (delivery: Delivery, period: DateRange): Figure[] {
  const { authority, profile } = delivery
  return profile.channels.map((channel) => ({
    measure: 'total_cost_pence',
    channel: channel.channel,
    value: Math.round(meanOfDays(delivery, channel, period) * (UNIT_COST_PENCE[channel.channel] ?? 0) *
      (0.95 + 0.1 * chance('cost', authority, profile.service, period.start, channel.channel)))
  }))
}

function periodsWithin (period: 'week' | 'month', { start, end }: DateRange): DateRange[] {
  const first = periodStart(period, start)
  const found: DateRange[] = []
  for (let at = first < start ? addPeriods(period, first, 1) : first; ;) {
    const next = addPeriods(period, at, 1)
    if (next > end) return found
    found.push({ start: at, end: next })
    at = next
  }
}
