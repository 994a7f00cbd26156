import t from 'tap'
import { testApp } from '../support/app.ts'
import { get, kpiUrl, put, send, testSource, urlOf, type Headers } from '../support/builders.ts'

/** Events of some days in a row. */
const daily = (authority: string, service: string, days: readonly string[], more: object = {}) =>
  days.map((day, n) => ({
    id: `${authority}-${day}-${n}-${JSON.stringify(more)}`.replaceAll(/[^\w-]/g, ''),
    authority,
    service,
    occurred_at: `${day}T12:00:00Z`,
    channel: 'web',
    ...more
  }))
const daysOf = (month: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${month}-${String(from + i).padStart(2, '0')}`)

const EAST = 'east-riding-of-yorkshire'
const SERVICE = 'renew-library-item'

t.test('what holds of an authority does not depend on others, nor on other periods', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const headers = await testSource(app, `${EAST}/world`, { services: [SERVICE] })
  const others = await testSource(app, 'kirklees/world', { services: [SERVICE] })
  await put(app, `/v1/authorities/${EAST}/services/${SERVICE}/authoritative`, {
    type: 'transaction', from_on: '2026-04-15', basis: 'events'
  })
  await send(app, 'events', headers, daily(EAST, SERVICE, ['2026-04-20'], { count: 100 }))
  await send(app, 'events', others, daily('kirklees', SERVICE, ['2026-04-20'], { count: 7 }))
  const counts = async (authority: string, to: Headers, start_on: string, value: number) =>
    await send(app, 'observations', to, {
      authority, service: SERVICE, measure: 'transactions', period: 'quarter', start_on, value
    })
  await counts(EAST, headers, '2026-01-01', 3)
  await counts('leeds', await testSource(app, 'leeds/world', { services: [SERVICE] }), '2026-04-01', 5)
  const values = async (parameters: Parameters<typeof urlOf>[1]) =>
    (await get(app, urlOf('/v1/series', {
      service: SERVICE, period: 'quarter', start_on: '2026-04-01', end_on: '2026-06-30', ...parameters
    }))).data.map(({ values }: any) => values.map(({ value }: any) => value))
  t.same(await values({ authority: EAST }), [[100]], 'alone: days before the declaration are silent ones')
  t.same(await values({ authority: [EAST, 'kirklees', 'leeds'], group_by: 'authority' }), [[100], [7], [5]], 'in company')
  t.same(await values({ authority: [EAST, 'kirklees', 'leeds'] }), [[112]], 'together')
  t.same(await values({ authority: EAST, start_on: '2026-01-01' }), [[3, 100]], 'within a longer range')
})

t.test('counts before a change hold, though events of the period were read first', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const headers = await testSource(app, `${EAST}/world`, { services: [SERVICE] })
  await put(app, `/v1/authorities/${EAST}/services/${SERVICE}/authoritative`, {
    type: 'transaction', from_on: '2026-05-01', basis: 'events'
  })
  await send(app, 'events', headers, daily(EAST, SERVICE, ['2026-05-20'], { count: 100 }))
  await send(app, 'observations', headers, {
    authority: EAST, service: SERVICE, measure: 'transactions', period: 'month', start_on: '2026-04-01', value: 30
  })
  const { data } = await get(app, urlOf('/v1/series', {
    service: SERVICE, authority: EAST, period: 'quarter', start_on: '2026-04-01', end_on: '2026-06-30'
  }))
  t.match(data[0].values, [{ value: 130, basis: 'both' }])
})

t.test('a KPI by street counts the days of the whole month, whatever days collections cover', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const headers = await testSource(
    app, 'solihull/bartec', { services: ['report-missed-bin'] }, { scopes: ['unsuppressed'] }
  )
  await send(app, 'events', headers, daily('solihull', 'report-missed-bin', daysOf('2026-05', 5, 14), {
    outcome: 'confirmed', street: 45_203_501
  }))
  await send(app, 'observations', headers, {
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'collections_made',
    period: 'week',
    start_on: '2026-05-04',
    value: 1000
  })
  const { data } = await get(app, kpiUrl('missed-per-100000', {
    period: 'month', start_on: '2026-05-01', end_on: '2026-05-31', group_by: 'street'
  }), headers)
  t.match(data, [{ group: { street: '45203501' }, values: [{ numerator: 10, value: null, reason: 'no-denominator' }] }])
})

t.test('who never sends failures has no count of them, and savings without a part are null', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const east = await testSource(app, `${EAST}/world`, { services: ['pay-council-tax'] })
  const kirklees = await testSource(app, 'kirklees/world', { services: ['pay-council-tax'] })
  const both = [...daysOf('2026-04', 1, 30), ...daysOf('2026-05', 1, 31)]
  await send(app, 'events', east, daily(EAST, 'pay-council-tax', both))
  await send(app, 'events', kirklees, daily('kirklees', 'pay-council-tax', both))
  const asked = { service: 'pay-council-tax', period: 'month', start_on: '2026-04-01', end_on: '2026-05-31' }
  const failures = async (parameters: Parameters<typeof urlOf>[1]) =>
    (await get(app, urlOf('/v1/series', { ...asked, ...parameters }))).data.map(({ group, values }: any) =>
      [Object.values(group).join(' '), ...values.map(({ value }: any) => value)])
  const savings = async () => await get(app, '/v1/services/pay-council-tax/savings?period=month&start_on=2026-05-01')

  t.same(await failures({ authority: EAST, outcome: 'failed' }), [['', null, null]])
  t.same(await failures({ authority: EAST, outcome: 'completed' }), [['', 30, 31]])
  const before = await savings()
  t.match(before.total, {
    channel_shift_pence: 0, failure_demand_pence: null, channel_shift_authorities: 2, failure_demand_authorities: 0
  })
  t.match(before.data[0].savings[1], { saved_pence: null, now: { part: null, reason: 'nothing-reported' } })

  await send(app, 'events', kirklees, daily('kirklees', 'pay-council-tax', ['2026-04-10'], {
    outcome: 'failed', count: 4
  }))
  t.same(await failures({ authority: [EAST, 'kirklees'], outcome: 'failed', group_by: 'authority' }), [
    [EAST, null, null], ['kirklees', 4, 0]
  ], 'who sends them has none in the other month')
  t.same(await failures({ authority: [EAST, 'kirklees'], outcome: 'failed' }), [['', 4, 0]])
  t.match((await savings()).total, { failure_demand_authorities: 1 })
})

t.test('a value of too few days is partial: no change, no rank', async (t) => {
  const { app } = await testApp(t, '2026-06-01T12:00:00Z')
  const service = 'renew-library-item'
  const months = { service, period: 'month', start_on: '2026-03-01', end_on: '2026-05-31' }
  const tell = async (authority: string, days: readonly string[], more: object = {}) =>
    await send(app, 'events', await testSource(app, `${authority}/world`, { services: [service] }),
      daily(authority, service, days, { count: 40, ...more }))
  const weekdays = [...daysOf('2026-03', 2, 31), ...daysOf('2026-04', 1, 30), ...daysOf('2026-05', 1, 29)].filter((day) =>
    ![0, 6].includes(new Date(day).getUTCDay()))
  const figures = async (authority: string) =>
    (await get(app, urlOf('/v1/kpis/digital-take-up/series', { ...months, authority, compare_with: 'previous' })))
      .data[0].values.map(({ value, status, coverage, compared: { change } }: any) => [value, status, coverage, change])

  await tell(EAST, [...daysOf('2026-03', 1, 31), ...daysOf('2026-04', 1, 3), ...daysOf('2026-05', 1, 31)])
  t.same(await figures(EAST), [
    [100, 'ok', 1, null], [100, 'partial', 5 / 30, null], [100, 'ok', 1, null]
  ], '3 April 2026 is a Friday, and 1 May is more than a week after the 24th')
  await tell('kirklees', weekdays)
  t.same(await figures('kirklees'), [
    [100, 'ok', 30 / 31, null], [100, 'ok', 1, 0], [100, 'ok', 1, 0]
  ], 'nothing at weekends is no lack of reports')
  for (const authority of ['leeds', 'dudley', 'solihull']) await tell(authority, weekdays, { channel: 'paper' })
  await tell('birmingham', weekdays.filter((day) => day !== '2026-05-06'), { count: 1, channel: 'telephone-agent' })
  const compared = await get(app, '/v1/kpis/digital-take-up/comparison?service=renew-library-item&start_on=2026-04-01')
  const ranks = Object.fromEntries(compared.data.map(({ authority, value, status, rank, quartile }: any) =>
    [authority.slug, [value, status, rank, quartile]]))
  t.match(ranks, {
    [EAST]: [100, 'partial', null, null],
    kirklees: [100, 'ok', 1, 1],
    leeds: [0, 'zero', 2, 2],
    birmingham: [0, 'zero', null, null]
  }, 'a partial value and one of fewer than 30 cases are shown, not ranked')
  t.same([compared.lower_quartile, compared.median, compared.upper_quartile], [0, 0, 25])
  const few = await get(app,
    '/v1/kpis/digital-take-up/comparison?service=renew-library-item&start_on=2026-04-01&group=region:Yorkshire and The Humber')
  t.match(few, { median: null, lower_quartile: null, upper_quartile: null })
  t.match(few.data.filter(({ value }: any) => value !== null).map(({ rank, quartile }: any) => [rank, quartile]),
    [[1, null], [2, null], [null, null]], 'two to rank, of three with a value')
  const series = await get(app, urlOf('/v1/series', { ...months, authority: [EAST, 'kirklees'], group_by: 'authority' }))
  t.same(series.data.map(({ values }: any) => values.map(({ coverage }: any) => coverage)), [
    [1, 5 / 30, 1], [30 / 31, 1, 1]
  ])
  const whole = await get(app, urlOf('/v1/series', { ...months, authority: [EAST, 'surrey', 'gateshead'] }))
  t.equal(whole.data[0].values[0].coverage, 1 / 3, 'the mean, 0 for a silent one')
})
