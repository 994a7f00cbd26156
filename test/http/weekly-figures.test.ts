import t, { type Test } from 'tap'
import { dayOf, dayParts, formatDay } from '../../src/domain/calendar.ts'
import { testApp } from '../support/app.ts'
import { call, get, kpiUrl, operator, send, testSource, urlOf } from '../support/builders.ts'

const SERVICE = 'report-missed-bin'
const KPI = 'missed-per-100000'
/** 28 December 2015 is a Monday; 523 weeks end on 4 January 2026. */
const MONDAYS = Array.from({ length: 523 }, (_, n) => dayOf(2015, 12, 28) + 7 * n)
const DECADE = { start_on: '2016-01-01', end_on: '2025-12-31' }

interface Week { collections: number, misses: number }
interface Value {
  start_on: string
  end_on: string
  value: number | null
  numerator: number
  denominator: number
  status: string
  basis?: string
}

/** A council that sends its collections by the week, and a confirmed miss report on each week's last day. */
async function site (t: Test, mondays: readonly number[], week: (n: number) => Week, wards: readonly string[] = ['']) {
  const { app, clock } = await testApp(t, '2026-01-07T12:00:00Z')
  const headers = await testSource(app)
  const common = { authority: 'solihull', service: SERVICE }
  for (const ward of wards) {
    const place = ward === '' ? {} : { ward }
    await send(app, 'observations', headers, mondays.map((monday, n) => ({
      ...common,
      ...place,
      measure: 'collections_made',
      period: 'week',
      start_on: formatDay(monday),
      value: week(n).collections
    })))
    await send(app, 'events', headers, mondays.map((monday, n) => ({
      ...common,
      ...place,
      id: `m${ward}${n}`,
      channel: 'web',
      outcome: 'confirmed',
      count: week(n).misses,
      occurred_at: `${formatDay(monday + 6)}T12:00:00Z`
    })))
  }
  const values = async (more: Parameters<typeof kpiUrl>[1], as = {}): Promise<Value[]> =>
    (await get(app, kpiUrl(KPI, more), as)).data[0].values
  return { app, clock, headers, values }
}

/** The first day of the month, quarter or year in which a week begins. */
const inPeriod = (monday: number, months: number): string => {
  const { year, month } = dayParts(monday)
  return formatDay(dayOf(year, month - (month - 1) % months, 1))
}

t.test('a council that sends weekly has a value in every month, quarter and year', async (t) => {
  const { values } = await site(t, MONDAYS, () => ({ collections: 25_000, misses: 14 }))
  const months = await values({ ...DECADE, period: 'month' })
  t.equal(months.length, 120)
  t.same(months.filter(({ value }) => value !== 56), [], '14 of 25,000, week for week')
  t.same([...new Set(months.map(({ denominator }) => denominator))].sort(), [100_000, 125_000], 'four weeks or five')
  t.same(months.filter(({ basis }) => basis !== 'weeks'), [])
  for (const period of ['quarter', 'year', 'financial_quarter', 'financial_year']) {
    const all = await values({ ...DECADE, period })
    t.same(all.filter(({ start_on, end_on, value, basis }) => start_on >= '2016-01-01' && end_on <= '2026-01-04' &&
      (value !== 56 || basis !== 'weeks')), [], period)
  }
})

t.test('each week is in one month, on both sides, whatever is asked beside it', async (t) => {
  const week = (n: number): Week => ({ collections: 20_000 + 37 * n, misses: 5 + n * n % 23 })
  const { app, values } = await site(t, MONDAYS, week)
  const wanted = (months: number): Map<string, Week> =>
    new Map([...Map.groupBy(MONDAYS.map((monday, n) => ({ monday, n })), ({ monday }) => inPeriod(monday, months))]
      .map(([start, some]) => [start, {
        collections: some.reduce((sum, { n }) => sum + week(n).collections, 0),
        misses: some.reduce((sum, { n }) => sum + week(n).misses, 0)
      }]))
  const byHand = wanted(1)
  const months = await values({ ...DECADE, period: 'month' })
  for (const { start_on, value, numerator, denominator, status } of months) {
    const { collections, misses } = byHand.get(start_on) ?? { collections: 0, misses: 0 }
    t.same({ numerator, denominator, value, status }, {
      numerator: misses, denominator: collections, value: misses * 100_000 / collections, status: 'ok'
    }, start_on)
  }
  const quarters = wanted(3)
  for (const { start_on, numerator, denominator } of await values({ ...DECADE, period: 'quarter' })) {
    t.same({ misses: numerator, collections: denominator }, quarters.get(start_on), start_on)
  }
  for (const i of [4, 60, 62, 118]) {
    const { start_on } = months[i]!
    t.same(await values({ period: 'month', start_on, end_on: start_on }), [months[i]], `${start_on} alone`)
    const { data } = await get(app, urlOf(`/v1/kpis/${KPI}/comparison`, { service: SERVICE, period: 'month', start_on }))
    const { value, basis, coverage } = data.find((row: any) => row.authority.slug === 'solihull')
    t.same({ value, basis, coverage }, { value: months[i]!.value, basis: 'weeks', coverage: 1 }, 'in the comparison')
    const both = await values({ period: 'month', start_on, end_on: start_on, authority: ['solihull', 'kirklees'] })
    t.match(both, [{ value, numerator: months[i]!.numerator, basis: 'weeks' }], 'beside another')
  }
  const { kpis } = await get(app, `/v1/authorities/solihull/services/${SERVICE}`)
  const december = months.at(-1)!
  t.match(kpis.find(({ kpi }: any) => kpi === KPI), {
    start_on: '2025-12-01', value: december.value, basis: 'weeks'
  }, 'in the scorecard')
})

t.test('the scorecard shows the last whole week where the month has none', async (t) => {
  const mondays = [dayOf(2025, 12, 22), dayOf(2025, 12, 29)]
  const { app } = await site(t, mondays, (n) => ({ collections: 10_000, misses: n + 1 }))
  const { kpis } = await get(app, `/v1/authorities/solihull/services/${SERVICE}`)
  t.match(kpis.find(({ kpi }: any) => kpi === KPI), {
    start_on: '2025-12-29', end_on: '2026-01-04', value: 20, numerator: 2
  })
})

t.test('months that figures cover stay whole, and mixed ones take what covers more', async (t) => {
  const { app, headers, values } = await site(t, [dayOf(2025, 6, 30), dayOf(2025, 7, 7)], () =>
    ({ collections: 700, misses: 7 }))
  const made = (period: string, start_on: string, value: number) => ({
    authority: 'solihull', service: SERVICE, measure: 'collections_made', period, start_on, value
  })
  await send(app, 'observations', headers, [
    made('month', '2025-06-01', 3000),
    ...Array.from({ length: 49 }, (_, i) => made('day', formatDay(dayOf(2025, 7, 14) + i), 100))
  ])
  const [june, july, august] = await values({ period: 'month', start_on: '2025-06-01', end_on: '2025-08-31' })
  t.match(june, { denominator: 3000 })
  t.notOk(june?.basis)
  t.match(july, { denominator: 700 + 21 * 100, numerator: 7, basis: 'weeks' }, 'from 7 July to 3 August')
  t.match(august, { denominator: 31 * 100 })
  t.notOk(august?.basis)
})

t.test('wards that send weekly, live and released', async (t) => {
  const wards = ['E05001284', 'E05001286']
  const mondays = MONDAYS.slice(-60)
  const week = (n: number): Week => ({ collections: 50_000, misses: 28 + n % 3 * 10 })
  const { app, values } = await site(t, mondays, week, wards)
  const asked = { period: 'month', start_on: '2025-01-01', end_on: '2025-12-31', group_by: 'ward', ward: wards[0]! }
  const live = await values(asked, operator)
  t.equal(live.length, 12)
  for (const { start_on, numerator, denominator, basis, status } of live) {
    const own = mondays.flatMap((monday, n) => inPeriod(monday, 1) === start_on ? [week(n)] : [])
    t.same({ numerator, denominator, basis, status }, {
      numerator: own.reduce((sum, { misses }) => sum + misses, 0),
      denominator: own.length * 50_000,
      basis: 'weeks',
      status: 'ok'
    }, start_on)
  }
  t.match(await values(asked), live.map(() => ({ value: null, status: 'not-yet' })))
  t.equal((await call(app, 'POST', '/v1/releases', operator, {})).status, 200)
  t.same(await values(asked), live, 'as released')
})

t.test('counts that stand for events, costs and the old dialect take the same weeks', async (t) => {
  const { app, headers, values } = await site(t, [], () => ({ collections: 0, misses: 0 }))
  const mondays = MONDAYS.slice(-10, -1)
  const figures = (measure: string, value: number) => mondays.map((monday) => ({
    authority: 'solihull', service: SERVICE, measure, period: 'week', start_on: formatDay(monday), value
  }))
  await send(app, 'observations', headers, [
    ...figures('collections_made', 50_000), ...figures('misses_confirmed', 28), ...figures('total_cost_pence', 4200)
  ])
  const asked = { period: 'month', start_on: '2025-11-01', end_on: '2025-11-30' }
  t.match(await values(asked), [{ value: 56, numerator: 112, denominator: 200_000, basis: 'weeks' }])
  await send(app, 'events', headers, mondays.map((monday, n) => ({
    authority: 'solihull',
    service: SERVICE,
    id: `e${n}`,
    channel: 'web',
    count: 14,
    occurred_at: `${formatDay(monday)}T12:00:00Z`
  })))
  const { data: [{ values: costs }] } = await get(app, kpiUrl('cost-per-transaction', asked))
  t.match(costs, [{ value: 300, numerator: 4 * 4200, denominator: 4 * 14, basis: 'weeks' }])
  const { data } = await get(app, urlOf(`/data/solihull-${SERVICE}/cost-per-transaction`, {
    period: 'month',
    start_at: '2025-11-01T00:00:00Z',
    end_at: '2025-12-01T00:00:00Z',
    collect: 'cost_per_transaction:mean'
  }))
  t.match(data, [{ 'cost_per_transaction:mean': 3 }])
})
