import fc from '../support/properties.ts'
import t from 'tap'
import { DURATION_BOUNDS } from '../../src/domain/durations.ts'
import { formatDay, parseDay } from '../../src/domain/calendar.ts'
import { testApp } from '../support/app.ts'
import { call, get, operator, send, testSource, urlOf, type Headers } from '../support/builders.ts'

/** An event as it stands after all corrections. */
interface Row {
  /** The first or the second. */
  authority: number
  day: number
  channel: string
  outcome: string
  count: number
  amount_pence?: number | undefined
  duration_seconds?: number | undefined
  street?: number | undefined
  reason?: string | undefined
}

const [FIRST, LAST] = [parseDay('2014-03-01') ?? 0, parseDay('2014-05-31') ?? 0]
const TARGET = 432_000
const SECONDS = [0, 1, 59, 60, 61, 4000, TARGET - 1, TARGET, TARGET + 1, 40_000_000]

const row: fc.Arbitrary<Row> = fc.record({
  authority: fc.nat(1),
  day: fc.integer({ min: FIRST, max: LAST }),
  channel: fc.constantFrom('web', 'paper', 'telephone-agent'),
  outcome: fc.constantFrom('reported', 'reported', 'confirmed'),
  count: fc.integer({ min: 0, max: 4 }),
  amount_pence: fc.option(fc.integer({ min: -300, max: 3000 }), { nil: undefined }),
  duration_seconds: fc.option(fc.constantFrom(...SECONDS), { nil: undefined }),
  street: fc.option(fc.constantFrom(45203501, 45203502), { nil: undefined }),
  reason: fc.option(fc.constantFrom('not-presented', 'contaminated', 'roadworks'), { nil: undefined })
})
const world = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 40 }),
  corrected: fc.array(fc.tuple(fc.nat(), row), { maxLength: 8 }),
  voided: fc.array(fc.nat(), { maxLength: 5 }),
  /** What one of them never sends. */
  without: fc.constantFrom('', 'amount_pence', 'duration_seconds', 'reason')
})

const question = fc.record({
  measure: fc.constantFrom('count sum', 'events sum', 'amount sum', 'amount mean', 'duration mean', 'duration median',
    'duration p90', 'duration share'),
  groups: fc.subarray(['authority', 'attribute:reason', 'channel', 'outcome', 'street'] as const),
  filters: fc.subarray(['channel:web', 'outcome:confirmed', 'street:45203501', 'attribute:reason:roadworks',
    'attribute:reason:contaminated', 'attribute:reason:unknown'], { maxLength: 3 }),
  period: fc.constantFrom('day', 'week', 'month'),
  alone: fc.boolean()
})
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never

/** What of a question is kept: streets by month, without channels and without the distribution of durations. */
function kept ({ measure, groups, filters, ...rest }: Question): Question {
  const used = [...groups, ...filters.map((filter) => filter.split(':')[0] ?? '')]
  if (!used.includes('street')) return { measure, groups, filters, ...rest }
  return {
    ...rest,
    measure: measure.startsWith('duration') ? 'duration mean' : measure,
    groups: groups.filter((one) => one !== 'channel'),
    filters: filters.filter((one) => !one.startsWith('channel')),
    period: 'month'
  }
}

const nameIn = (one: Row, dimension: string): string =>
  String((dimension === 'attribute:reason' ? one.reason : one[dimension as 'channel' | 'street']) ?? 'unknown')

const fits = (one: Row, filters: readonly string[]): boolean => {
  const wanted = Map.groupBy(filters, (filter) => filter.slice(0, filter.lastIndexOf(':')))
  return [...wanted].every(([dimension, some]) => some.some((filter) => filter === `${dimension}:${nameIn(one, dimension)}`))
}

const startOf = (period: string, day: number): number => {
  const date = new Date(day * 86_400_000)
  if (period === 'day') return day
  if (period === 'week') return day - (date.getUTCDay() + 6) % 7
  return day - date.getUTCDate() + 1
}

interface Answer { data: Array<{ group: Record<string, string>, values: Value[] }> }
interface Value { start_on: string, value: number | null, count?: number, sum?: number, [name: string]: unknown }

/** Whether a value is what plain addition says. */
function agrees (measure: string, value: Value, rows: readonly Row[], isSent: boolean): boolean {
  const [name, statistic] = measure.split(' ')
  const rounded = (number: number): number => Math.round(number * 100) / 100
  if (name === 'count' || name === 'events') {
    const sum = rows.reduce((total, { count }) => total + (name === 'count' ? count : 1), 0)
    return value.value === (rows.length > 0 || isSent ? sum : null)
  }
  const amounts = name === 'amount'
  const measured = rows.flatMap(({ count, amount_pence: amount, duration_seconds: seconds }) => {
    if (amounts) return amount === undefined ? [] : [{ count, total: amount, seconds: 0 }]
    return seconds === undefined ? [] : [{ count, total: seconds * count, seconds }]
  })
  const count = measured.reduce((sum, one) => sum + one.count, 0)
  const total = measured.reduce((sum, one) => sum + one.total, 0)
  if (count === 0 && total === 0 && !isSent) return value.value === null && value.count === undefined
  if (value.count !== count || (amounts && value.sum !== total)) return false
  if (statistic === 'sum') return value.value === total
  if (count === 0) return value.value === null
  if (statistic === 'mean') return value.value === rounded(total / count)
  const all = measured.flatMap((one) => Array.from({ length: one.count }, () => one.seconds)).sort((a, b) => a - b)
  if (statistic === 'share') return value.value === rounded(100 * all.filter((one) => one <= TARGET).length / count)
  const true_ = all[Math.ceil((statistic === 'median' ? 0.5 : 0.9) * count) - 1] ?? 0
  const above = DURATION_BOUNDS.findLast((bound) => bound < true_) ?? 0
  const upTo = DURATION_BOUNDS.find((bound) => bound >= true_) ?? above
  return value.value !== null && value.value >= above && value.value <= upTo
}

t.test('whatever is asked for is the plain sum of what was sent', async (t) => {
  const { app, catalogue } = await testApp(t, '2014-06-10T12:00:00Z')
  const service = catalogue.directory.services.find(({ slug }) => slug === 'report-missed-bin')!
  const councils = catalogue.directory.authorities
    .filter((one) => catalogue.directory.provision(one, service).delivers === 'yes').map(({ slug }) => slug)
  let values = 0
  let used = 0

  const sent = (id: string, name: string, { authority: _authority, day, reason, ...rest }: Row, more: object = {}) => ({
    id,
    authority: name,
    service: 'report-missed-bin',
    occurred_at: `${formatDay(day)}T12:00:00Z`,
    ...rest,
    ...(reason !== undefined && { attributes: { reason } }),
    ...more
  })

  async function wrongWith (
    names: readonly string[], rows: readonly Row[], asked: Question
  ): Promise<object | undefined> {
    const { measure, groups, filters, period, alone } = asked
    const authorities = alone ? [0] : [0, 1]
    const [name = '', statistic = ''] = measure.split(' ')
    const answer: Answer = await get(app, urlOf('/v1/series', {
      authority: authorities.map((one) => names[one] ?? ''),
      service: 'report-missed-bin',
      start_on: formatDay(FIRST),
      end_on: formatDay(LAST),
      period,
      measure: name,
      statistic,
      ...(statistic === 'share' && { within_seconds: TARGET }),
      group_by: [...groups],
      filter_by: filters
    }), operator)
    const found = rows.filter((one) => authorities.includes(one.authority) && fits(one, filters))
    const asksReason = [...groups, ...filters].some((one) => one.startsWith('attribute'))
    const keyOf = (one: Row): string => groups.map((dimension) =>
      dimension === 'authority' ? names[one.authority] : nameIn(one, dimension)).join(' ')
    const listed = new Set(answer.data.map(({ group }) => Object.values(group).join(' ')))
    for (const { group, values: own } of answer.data) {
      const key = Object.values(group).join(' ')
      const members = group['authority'] === undefined ? authorities : [names.indexOf(group['authority'])]
      const ofGroup = found.filter((one) => keyOf(one) === key)
      const isUnsaid = group['attribute:reason'] === undefined
        ? filters.includes('attribute:reason:unknown')
        : group['attribute:reason'] === 'unknown'
      const outcome = group['outcome'] ?? filters.find((one) => one.startsWith('outcome'))?.split(':')[1]
      // Who never sends what a value is of has none, not 0.
      const senders = members.filter((authority) => {
        const ever = rows.filter((one) => one.authority === authority)
        const isMeasured = name === 'amount'
          ? ever.some((one) => one.amount_pence !== undefined && one.count > 0)
          : name !== 'duration' || ever.some((one) => one.duration_seconds !== undefined && one.count > 0)
        return isMeasured &&
          (!asksReason || isUnsaid || ever.some(({ reason }) => reason !== undefined)) &&
          (outcome !== 'confirmed' || ever.some((one) => one.outcome === 'confirmed'))
      })
      for (const value of own) {
        values++
        const start = startOf(period, parseDay(value.start_on) ?? 0)
        const inPeriod = (one: Row): boolean => startOf(period, one.day) === start
        const isSent = rows.some((one) => senders.includes(one.authority) && inPeriod(one))
        const plain = ofGroup.filter(inPeriod)
        if (!agrees(measure, value, plain, isSent)) return { asked, group, value, plain, isSent }
      }
    }
    const isListed = (one: Row): boolean => {
      const is = name === 'amount'
        ? one.amount_pence !== undefined && one.amount_pence !== 0 && one.count > 0
        : name !== 'duration' || (one.duration_seconds !== undefined && one.count > 0)
      return !is || listed.has(keyOf(one))
    }
    const positive = found.every((one) => (one.amount_pence ?? 0) >= 0)
    return positive && !found.every(isListed) ? { asked, notListed: found.filter((one) => !isListed(one)) } : undefined
  }

  await fc.assert(
    fc.asyncProperty(world, fc.array(question, { minLength: 12, maxLength: 12 }), async (
      { rows, corrected, voided, without }, questions
    ) => {
      const names = [councils[used++] ?? '', councils[used++] ?? '']
      const headers: Headers[] = []
      for (const name of names) headers.push(await testSource(app, `${name}/world`))
      const post = async (of: number, some: object[]): Promise<void> => {
        if (some.length > 0) await send(app, 'events', headers[of] ?? {}, some)
      }
      const less = (one: Row): Row => one.authority === 1 && without !== '' ? { ...one, [without]: undefined } : one
      const stored = new Map(rows.map((one, n) => [n, less(one)]))
      for (const [of, name] of names.entries()) {
        const own = [...stored].filter(([, { authority }]) => authority === of)
        await post(of, own.map(([n, one]) => sent(`e${n}`, name, one)))
      }
      for (const [i, [at, one]] of corrected.entries()) {
        const n = at % rows.length
        const authority = rows[n]?.authority ?? 0
        const next = less({ ...one, authority })
        await post(authority, [sent(`e${n}`, names[authority] ?? '', next, { revision: i + 2 })])
        stored.set(n, next)
      }
      for (const at of voided) {
        const n = at % rows.length
        await call(app, 'DELETE', `/v1/events/e${n}`, headers[rows[n]?.authority ?? 0] ?? {})
        stored.delete(n)
      }
      for (const asked of questions.map(kept)) {
        const wrong = await wrongWith(names, [...stored.values()], asked)
        if (wrong !== undefined) throw new Error(JSON.stringify(wrong, null, 1))
      }
    }),
    { numRuns: 20, endOnFailure: true }
  )
  t.ok(values > 3000, `${values} values compared`)
})
