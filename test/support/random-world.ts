import fc from './properties.ts'
import type { App } from '../../src/app.ts'
import { formatDay, parseDay } from '../../src/domain/calendar.ts'
import { addPeriods, periodsIn, periodStart, type Period } from '../../src/domain/period.ts'
import { issueToken, bearer, put, send } from './builders.ts'

/** What councils sent of one service, and what they declared: worlds in which anything may stand beside anything. */
export const SERVICES = ['renew-library-item', 'report-missed-bin'] as const
export const FIRST_DAY = parseDay('2025-03-10') ?? 0
export const LAST_DAY = parseDay('2025-08-03') ?? 0

const CHANNELS = ['web', 'telephone-agent', 'paper', 'unknown'] as const
const OUTCOMES = {
  transaction: ['completed', 'confirmed', 'failed'],
  journey: ['started', 'completed', 'ineligible'],
  rating: ['1', '4', '5']
} as const
const MEASURES = [
  'transactions', 'transactions', 'transactions_failed', 'journeys_started', 'journeys_completed', 'ratings_4',
  'ratings_5', 'total_cost_pence', 'transactions_avoidable', 'collections_made', 'misses_confirmed'
] as const

const day = fc.integer({ min: FIRST_DAY, max: LAST_DAY })
const type = fc.constantFrom('transaction', 'transaction', 'journey', 'rating')

/** Some days in a row, so that whole periods come to be covered. */
const events = fc.record({
  type,
  day,
  days: fc.constantFrom(1, 3, 30, 150),
  every: fc.constantFrom(1, 1, 3, 7),
  channel: fc.constantFrom(...CHANNELS),
  outcome: fc.nat(2),
  count: fc.integer({ min: 0, max: 9 }),
  avoidable: fc.boolean()
})
const observations = fc.record({
  measure: fc.constantFrom(...MEASURES),
  period: fc.constantFrom<Period>('day', 'week', 'week', 'month', 'month', 'quarter', 'financial_year'),
  day: fc.constantFrom(FIRST_DAY, FIRST_DAY, FIRST_DAY + 21, FIRST_DAY + 50, FIRST_DAY + 100),
  many: fc.constantFrom(1, 3, 40, 150),
  channel: fc.constantFrom('', '', 'web', 'telephone-agent'),
  value: fc.integer({ min: 0, max: 50 }),
  provisional: fc.constantFrom(false, false, false, true)
})
const declaration = fc.record({ type, day, basis: fc.constantFrom('events', 'counts') })

const council = fc.record({
  events: fc.array(events, { maxLength: 4 }),
  observations: fc.array(observations, { minLength: 1, maxLength: 8 }),
  declarations: fc.array(declaration, { maxLength: 2 })
})
export type Council = typeof council extends fc.Arbitrary<infer C> ? C : never

export const world = fc.record({
  service: fc.constantFrom(...SERVICES), councils: fc.tuple(council, council, council)
})

/** Sends what a council has to say. */
export async function tell (
  app: App, authority: string, service: string, { events, observations, declarations }: Council
): Promise<void> {
  await put(app, `/v1/sources/${authority}/world`, { services: [service] })
  const headers = bearer((await issueToken(app, `sources/${authority}/world`)).token)
  const common = { authority, service }
  const rows = events.flatMap(({ type, day, days, every, channel, outcome, count, avoidable }, n) =>
    Array.from({ length: Math.ceil(days / every) }, (_, i) => day + i * every).filter((one) => one <= LAST_DAY)
      .map((one) => ({
        ...common,
        id: `${authority}-${n}-${one}`,
        type,
        occurred_at: `${formatDay(one)}T12:00:00Z`,
        channel,
        outcome: OUTCOMES[type][outcome],
        count: count + 1,
        ...(type === 'transaction' && avoidable && { avoidable })
      })))
  if (rows.length > 0) await send(app, 'events', headers, rows)
  const figures = new Map(observations.flatMap(({ measure, period, day, many, channel, value, provisional }) =>
    Array.from({ length: many }, (_, i) => addPeriods(period, periodStart(period, day), i))
      .filter((start) => addPeriods(period, start, 1) <= LAST_DAY + 90)
      .map((start) => [`${measure} ${period} ${start} ${channel}`, {
        ...common,
        measure,
        period,
        start_on: formatDay(start),
        value: value + start % 5,
        provisional,
        ...(channel !== '' && { channel })
      }] as const)
  ))
  if (figures.size > 0) await send(app, 'observations', headers, [...figures.values()])
  for (const { type, day, basis } of declarations) {
    await put(app, `/v1/authorities/${authority}/services/${service}/authoritative`, {
      type, from_on: formatDay(day), basis
    })
  }
}

/** The periods of the world, whole ones. */
export const periodsOf = (period: Period): Array<{ start_on: string, end_on: string }> =>
  periodsIn(period, { start: FIRST_DAY, end: LAST_DAY + 1 }, 1000).map(({ start, end }) =>
    ({ start_on: formatDay(start), end_on: formatDay(end - 1) }))
