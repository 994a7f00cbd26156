import t from 'tap'
import { DURATION_BOUNDS } from '../../src/domain/durations.ts'
import { testApp } from '../support/app.ts'
import { call, get, kpiUrl, operator, put, send, testSource } from '../support/builders.ts'
import { counting } from '../support/kpi-details.ts'
import fc from '../support/properties.ts'

const REASONS = ['not-presented', 'too-heavy', 'contaminated']
const CHANNELS = ['web', 'telephone-agent', 'paper']
const OUTCOMES = ['reported', 'confirmed', 'failed']
const OPTIONAL = { freq: 3, nil: undefined } as const

const someEvent = fc.record({
  authority: fc.constantFrom('solihull', 'kirklees'),
  day: fc.integer({ min: 0, max: 60 }),
  channel: fc.constantFrom(...CHANNELS),
  outcome: fc.constantFrom(...OUTCOMES),
  count: fc.integer({ min: 0, max: 5 }),
  amount_pence: fc.option(fc.integer({ min: -500, max: 100_000 }), OPTIONAL),
  // Often exactly a bound, or a second more.
  duration_seconds: fc.option(
    fc.constantFrom(...DURATION_BOUNDS.slice(10, 20)).chain((bound) => fc.constantFrom(bound, bound + 1)), OPTIONAL
  ),
  reason: fc.option(fc.constantFrom(...REASONS), OPTIONAL)
})
const someTerm = fc.record({
  outcomes: fc.uniqueArray(fc.constantFrom(...OUTCOMES), { minLength: 1 }),
  channels: fc.option(fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }), OPTIONAL),
  reasons: fc.option(fc.uniqueArray(fc.constantFrom(...REASONS)), OPTIONAL),
  within: fc.option(fc.constantFrom(...DURATION_BOUNDS.slice(10, 20)), OPTIONAL),
  timed: fc.boolean()
})
type SomeEvent = typeof someEvent extends fc.Arbitrary<infer T> ? T : never
type SomeTerm = typeof someTerm extends fc.Arbitrary<infer T> ? T : never

const dayOf = (day: number): string => new Date(Date.UTC(2014, 3, 1 + day, 12)).toISOString()

/** What a term comes to, event by event. */
function plainly (
  events: readonly SomeEvent[], { outcomes, channels, reasons, within, timed }: SomeTerm, sum: boolean
): number {
  return events.filter((one) =>
    outcomes.includes(one.outcome) && channels?.includes(one.channel) !== false &&
    (reasons === undefined || (one.reason !== undefined && (reasons.length === 0 || reasons.includes(one.reason)))) &&
    (within === undefined || (one.duration_seconds ?? Infinity) <= within) &&
    (!timed || one.duration_seconds !== undefined)
  ).reduce((total, one) => total + (sum ? one.amount_pence ?? 0 : one.count), 0)
}

t.test('a KPI with details is the plain sum of its events, whatever was folded, whole, by channel, over authorities', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const headers = await testSource(app, 'solihull/crm', { services: ['report-missed-bin'], provider_for: ['kirklees'] })
  const all: SomeEvent[] = []
  let n = 0
  const worlds = [
    fc.array(someEvent, { minLength: 5, maxLength: 40 }),
    fc.array(someTerm, { minLength: 1, maxLength: 3 }),
    fc.boolean()
  ] as const
  await fc.assert(fc.asyncProperty(...worlds, async (events, terms, sum) => {
    // So that each authority once told everything: who never does has no value.
    if (n === 0) {
      events = [...events, ...(['solihull', 'kirklees'] as const).flatMap((authority) => OUTCOMES.flatMap((outcome) => REASONS.map((reason) =>
        ({ authority, day: 0, channel: 'web', outcome, count: 1, amount_pence: 1, duration_seconds: 1, reason }))))]
    }
    all.push(...events)
    await send(app, 'events', headers, events.map(({ day, reason, ...one }) => ({
      id: `e${n++}`, service: 'report-missed-bin', occurred_at: dayOf(day), ...one, ...(reason !== undefined && { attributes: { reason } })
    })))
    const kpi = `k${n}`
    await put(app, `/v1/kpis/${kpi}`, counting(terms.map(({ outcomes, channels, reasons, within, timed }) => ({
      events: 'transaction',
      outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, 1])),
      ...(channels && { channels }),
      ...(reasons && { attribute: { name: 'reason', ...(reasons.length > 0 && { values: reasons }) } }),
      ...(within !== undefined && { within_seconds: within }),
      ...(timed && within === undefined && { timed }),
      ...(sum && { sum: 'amount_pence' })
    })), null, { unit: sum ? 'pence' : 'count', min_coverage: 0 }))
    const range = { period: 'month', start_on: '2014-04-01', end_on: '2014-05-31' }
    const expected = (some: readonly SomeEvent[]) => [[0, 30], [30, 61]].map(([from = 0, to = 0]) =>
      terms.reduce((total, term) => total + plainly(some.filter(({ day }) => day >= from && day < to), term, sum), 0))
    const read = async (more: object): Promise<Array<[string, number[]]>> =>
      (await get(app, kpiUrl(kpi, { ...range, ...more }))).data.map(({ group, values }: any) =>
        [Object.values(group).join(' '), values.map(({ value }: any) => value)])
    t.same(await read({ authority: ['solihull', 'kirklees'] }), [['', expected(all)]])
    t.same(await read({ authority: ['solihull', 'kirklees'], group_by: 'authority' }), ['kirklees', 'solihull'].map((authority) =>
      [authority, expected(all.filter((one) => one.authority === authority))]))
    t.same(await read({ group_by: 'channel' }), [...CHANNELS].sort().map((channel) =>
      [channel, expected(all.filter((one) => one.authority === 'solihull' && one.channel === channel))]))
    t.equal((await call(app, 'DELETE', `/v1/kpis/${kpi}?from=2014-06-01`, operator)).status, 204)
  }), { numRuns: 12 })
})
