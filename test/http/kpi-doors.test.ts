import t, { type Test } from 'tap'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'

const SERVICE = 'renew-library-item'
const AUTHORITIES = ['warwickshire', 'surrey', 'leeds']
const CHANNELS = ['web', 'telephone-agent', 'kiosk', 'direct-debit', 'paper', 'crew', 'unknown', 'assisted-digital']
const CLASSES = ['digital', 'digital-passive', 'non-digital', 'proactive', 'excluded']
const OUTCOMES: Record<string, string[]> = {
  transaction: ['completed', 'failed'], journey: ['started', 'completed', 'ineligible'], rating: ['1', '2', '3', '4', '5']
}
// So the 365 days up to today are a calendar year, which /v1 can be asked for.
const NOW = '2015-12-31T12:00:00Z'

/** The KPIs that every endpoint has: in percent and pence at /v1, in shares and pounds elsewhere. */
const KPIS = [
  { kpi: 'digital-take-up', type: 'digital-takeup', collect: 'rate:mean', latest: 'digital_takeup', scale: 100 },
  { kpi: 'completion-rate', type: 'completion-rate', collect: 'rate:mean', latest: 'completion_rate', scale: 100 },
  {
    kpi: 'user-satisfaction-score',
    type: 'user-satisfaction-score',
    collect: 'score:mean',
    latest: 'user_satisfaction_score',
    scale: 1
  },
  {
    kpi: 'cost-per-transaction',
    type: 'cost-per-transaction',
    collect: 'cost_per_transaction:mean',
    latest: undefined,
    scale: 100
  }
]

type Random = (below: number) => number
function seeded (seed: number): Random {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor(state / 2 ** 31 * below)
  }
}
const dayOfYear = (day: number): string => new Date(Date.UTC(2015, 0, 1 + day)).toISOString().slice(0, 10)
const oneOf = <T>(random: Random, values: readonly T[]): T => values[random(values.length)] as T

async function call (
  { app }: TestApp, method: 'PUT' | 'POST' | 'GET', url: string, payload?: object, headers: object = operator
): Promise<any> {
  const answer = await app.inject({ method, url, headers: { ...headers }, ...(payload && { payload }) })
  if (answer.statusCode >= 300) throw new Error(`${url} ${answer.body}`)
  return answer.json()
}

async function randomWorld (t: Test, random: Random): Promise<TestApp> {
  const world = await testApp(t, NOW)
  const events: object[] = []
  const figures: object[] = []
  for (const authority of AUTHORITIES) {
    for (let i = 0; i < 60; i++) {
      const type = oneOf(random, Object.keys(OUTCOMES))
      if (authority === 'leeds' && type === 'journey') continue // an authority without journeys
      // Many around the day on which "not eligible" begins to count.
      const day = random(3) === 0 ? 215 + random(20) : random(364)
      events.push({
        id: `e${events.length}`,
        type,
        authority,
        service: SERVICE,
        occurred_at: `${dayOfYear(day)}T10:00:00Z`,
        outcome: oneOf(random, OUTCOMES[type] ?? []),
        channel: oneOf(random, CHANNELS),
        count: 1 + random(9)
      })
    }
    for (let i = 0; i < 6; i++) {
      const [period, start] = oneOf(random, [
        ['month', '2015-02-01'], ['month', '2015-08-01'], ['quarter', '2015-07-01'], ['year', '2015-01-01']
      ])
      const channel = oneOf(random, [undefined, 'web', 'paper'])
      figures.push({
        authority,
        service: SERVICE,
        measure: 'total_cost_pence',
        period,
        start_on: start,
        value: random(99_999),
        ...(channel !== undefined && { channel })
      })
    }
  }
  for (const week of ['2015-03-02', '2015-03-09', '2015-08-10']) {
    for (const channel of ['web', 'paper', 'kiosk']) {
      figures.push({
        authority: 'surrey', service: SERVICE, measure: 'transactions', period: 'week', start_on: week, value: random(50), channel
      })
    }
  }
  if (random(2) === 0) {
    await call(world, 'PUT', `/v1/authorities/surrey/services/${SERVICE}/authoritative`, {
      type: 'transaction', from_on: '2015-03-01', basis: 'counts'
    })
  }
  for (let i = 0; i < 4; i++) {
    await call(world, 'PUT', `/v1/services/${SERVICE}/channels/${oneOf(random, CHANNELS)}/class`, {
      digital_class: oneOf(random, CLASSES),
      from_on: dayOfYear(random(360)),
      reason: 'test',
      ...(random(2) === 0 && { authority: oneOf(random, AUTHORITIES) })
    })
  }
  const { kpi, version, created_at: at, ...current } = await call(world, 'GET', '/v1/kpis/digital-take-up')
  t.ok(kpi && version && at)
  await call(world, 'PUT', '/v1/kpis/digital-take-up', {
    ...definitionIn(current),
    effective_from: dayOfYear(random(300)),
    numerator: [{ events: 'transaction', outcomes: { completed: 1, failed: 1 }, classes: ['digital'] }]
  })
  const headers = await testSource(world.app, 'warwickshire/crm', { services: [SERVICE], provider_for: AUTHORITIES.slice(1) })
  await call(world, 'POST', '/v1/events', events, headers)
  const { length } = await sendFigures(world, figures, headers)
  t.ok(length > 12, `${length} figures`)
  return world
}

// Once each: a batch that gives the same figure two values is refused.
async function sendFigures (world: TestApp, figures: object[], headers: object): Promise<object[]> {
  const once = [...new Map(figures.map((one) => [JSON.stringify({ ...one, value: 0 }), one])).values()]
  await call(world, 'POST', '/v1/observations', once, headers)
  return once
}

const FIELDS = [
  'title', 'formula', 'source', 'source_date', 'owner', 'state', 'unit', 'scale', 'polarity', 'target', 'min_denominator',
  'min_coverage', 'numerator', 'denominator'
]
const definitionIn = (body: Record<string, unknown>): object =>
  Object.fromEntries(FIELDS.map((field) => [field, body[field]]))

const PERIODS = [
  ['day', '2015-08-13'], ['week', '2015-03-09'], ['week', '2015-08-10'], ['month', '2015-02-01'],
  ['month', '2015-08-01'], ['quarter', '2015-07-01'], ['year', '2015-01-01']
] as const

const endOf = (period: string, start: string): string => {
  const date = new Date(`${start}T00:00:00Z`)
  const months = { month: 1, quarter: 3, year: 12 }[period] ?? 0
  date.setUTCMonth(date.getUTCMonth() + months)
  date.setUTCDate(date.getUTCDate() + ({ day: 1, week: 7 }[period] ?? 0))
  return date.toISOString().slice(0, 10)
}

async function seriesValue (
  world: TestApp, kpi: string, authority: string, period: string, start: string
): Promise<any> {
  const query = `authority=${authority}&service=${SERVICE}&period=${period}&start_on=${start}&duration=1`
  return (await call(world, 'GET', `/v1/kpis/${kpi}/series?${query}`)).data[0].values[0]
}

async function compareDoors (t: Test, world: TestApp): Promise<number> {
  let compared = 0
  const same = (actual: unknown, expected: number | null, what: string): void => {
    compared += expected === null ? 0 : 1
    const near = expected === null ? actual == null : Math.abs(Number(actual) - expected) < 1e-9 && actual !== null
    if (!near) t.fail(`${what}: ${String(actual)} is not ${String(expected)}`)
  }
  const latest = (await call(world, 'GET', '/data/service-aggregates/latest-dataset-values')).data
  for (const { kpi, type, collect, latest: field, scale } of KPIS) {
    for (const [period, start] of PERIODS) {
      const end = endOf(period, start)
      const comparison = (await call(world, 'GET', `/v1/kpis/${kpi}/comparison?service=${SERVICE}&period=${period}&start_on=${start}`)).data
      for (const authority of AUTHORITIES) {
        const name = `${kpi} of ${authority}, ${period} ${start}`
        const series = await seriesValue(world, kpi, authority, period, start)
        const expected = series.value === null ? null : series.value / scale
        const row = comparison.find((one: any) => one.authority.slug === authority)
        same(row?.value == null ? null : row.value / scale, expected, `comparison: ${name}`)
        const path = `/data/${authority}-${SERVICE}/${type}`
        const window = `start_at=${start}T00:00:00Z&end_at=${end}T00:00:00Z`
        const [{ [collect]: byPeriod }] = (await call(world, 'GET', `${path}?period=${period}&${window}&collect=${collect}`)).data
        same(byPeriod, expected, `dialect by period: ${name}`)
        if (period === 'day') {
          const raw = (await call(world, 'GET', `${path}?${window}`)).data
          if (kpi !== 'cost-per-transaction') same(raw[0]?.[collect.split(':')[0] ?? ''], expected, `dialect raw: ${name}`)
        }
        if (kpi === 'cost-per-transaction') {
          const raw = (await call(world, 'GET', `${path}?${window}&filter_by=channel:all&filter_by=period:${period}`)).data
          const own = raw.filter((one: any) => one._timestamp.startsWith(start))
          if (own.length > 0) same(own[0].cost_per_transaction, expected, `dialect raw: ${name}`)
          const grouped = (await call(world, 'GET', `${path}?period=${period}&${window}&group_by=channel&collect=${collect}`)).data
          const split = (await call(world, 'GET', `/v1/kpis/${kpi}/series?authority=${authority}&service=${SERVICE}&period=${period}&start_on=${start}&duration=1&group_by=channel`)).data
          for (const { group: { channel }, values: [{ value }] } of split) {
            const found = grouped.find((one: any) => one.channel === channel)?.values[0][collect]
            same(found, value === null ? null : value / scale, `dialect by channel ${String(channel)}: ${name}`)
          }
        }
        if (kpi === 'digital-take-up') {
          const classes = (await call(world, 'GET', `/data/${authority}-${SERVICE}/transactions-by-digital-class?flatten=true&period=${period}&${window}&group_by=digital_class&collect=count:sum`)).data
          same(shareOf(classes), expected, `dashboard: ${name}`)
        }
        if (period === 'year' && field !== undefined) {
          const found = latest.find((one: any) => one.dashboard_slug === `${authority}-${SERVICE}`)
          same(found?.[field], expected, `latest values: ${name}`)
        }
      }
      if (period === 'year' && field !== undefined) {
        const all = (await call(world, 'GET', `/v1/kpis/${kpi}/series?${AUTHORITIES.map((one) => `authority=${one}`).join('&')}&service=${SERVICE}&period=year&start_on=${start}&duration=1`)).data[0].values[0].value
        same(latest.find((one: any) => one.dashboard_slug === SERVICE)?.[field], all === null ? null : all / scale, `latest values of the service: ${kpi}`)
      }
    }
  }
  for (const authority of AUTHORITIES) {
    const card = await call(world, 'GET', `/v1/authorities/${authority}/services/${SERVICE}?period=month`)
    for (const { kpi, value, start_on: start, end_on: end } of card.kpis) {
      // Where the month has no value, the last whole week has its place.
      const isWeek = Date.parse(end) - Date.parse(start) === 6 * 86_400_000
      const series = await seriesValue(world, kpi, authority, isWeek ? 'week' : 'month', start)
      same(value, series.value, `scorecard: ${String(kpi)} of ${authority}, ${String(start)}`)
    }
  }
  return compared
}

function shareOf (rows: any[]): number | null {
  const of = (name: string): number => rows.find((row) => row.digital_class === name)?.['count:sum'] ?? 0
  const whole = of('digital') + of('non-digital')
  return whole === 0 ? null : of('digital') / whole
}

t.test('every endpoint says the same of a KPI, scale aside', async (t) => {
  for (const seed of [1, 2, 3]) {
    await t.test(`world ${seed}`, async (t) => {
      const compared = await compareDoors(t, await randomWorld(t, seeded(seed)))
      t.ok(compared > 100, `${compared} values compared`)
    })
  }
})

t.test('a channel that becomes digital, and a completion rate around 13 August 2015', async (t) => {
  const world = await testApp(t, NOW)
  const headers = await testSource(world.app, 'warwickshire/crm', { services: [SERVICE] })
  const event = { authority: 'warwickshire', service: SERVICE }
  const sent = [
    ['web', 40, '2015-09-02'], ['kiosk', 40, '2015-09-09'], ['paper', 20, '2015-09-09'], ['web', 10, '2015-11-30'],
    ['kiosk', 10, '2015-12-08']
  ].map(([channel, count, day], i) => ({ ...event, id: `t${i}`, channel, count, occurred_at: `${day}T10:00:00Z` }))
  const journeys = (['started', 'completed', 'ineligible'] as const).map((outcome, i) => (
    { ...event, id: `j${i}`, type: 'journey', outcome, channel: 'web', count: [10, 5, 4][i], occurred_at: '2015-08-03T10:00:00Z' }
  ))
  await call(world, 'POST', '/v1/events', [...sent, ...journeys], headers)
  await call(world, 'PUT', `/v1/services/${SERVICE}/channels/kiosk/class`, {
    digital_class: 'digital', from_on: '2015-09-01', reason: 'it became one'
  })
  const data = async (path: string): Promise<any[]> => (await call(world, 'GET', `/data/${path}`)).data
  const group = `warwickshire-${SERVICE}`
  const september = 'period=month&start_at=2015-09-01T00:00:00Z&end_at=2015-10-01T00:00:00Z'

  t.test('digital take-up: 80 in all', async (t) => {
    t.equal((await seriesValue(world, 'digital-take-up', 'warwickshire', 'month', '2015-09-01')).value, 80)
    t.match(await data(`${group}/digital-takeup?${september}&collect=rate:mean&collect=digital:sum&collect=total:sum`), [
      { 'rate:mean': 0.8, 'digital:sum': 80, 'total:sum': 100, _count: 2 }
    ])
    const [row] = (await data('service-aggregates/latest-dataset-values')).filter(({ dashboard_slug: slug }) => slug === group)
    t.equal(row.digital_takeup, 100 / 120)
    t.notOk((await data('service-aggregates/latest-dataset-values')).some((one) => one.completion_rate === 0.9))
    const { saved_pence: saved } = (await call(world, 'GET', `/v1/services/${SERVICE}/savings?authority=warwickshire&period=month&start_on=2015-09-01`)).data[0].savings[0]
    t.equal(saved, null, 'no baseline')
    const now = (await call(world, 'GET', `/v1/services/${SERVICE}/savings?authority=warwickshire&period=month&start_on=2015-09-01`)).data[0].savings[0].now
    t.match(now, { part: 80, volume: 100 })
  })

  t.test('its dashboard, and the service’s', async (t) => {
    for (const [slug, keys] of [[group, {}], [SERVICE, { authority_name: 'Warwickshire' }]] as const) {
      const { modules } = await call(world, 'GET', `/public/dashboards?slug=${slug}`)
      const module = modules.find((one: any) => one.slug === 'digital-take-up')
      const { 'data-group': of, 'data-type': type } = module['data-source']
      const rows = await data(`${of}/${type}?flatten=true&${september}&group_by=digital_class&collect=count:sum${slug === SERVICE ? '&group_by=authority_name' : ''}`)
      const sum = (matcher: string): number =>
        rows.filter((row) => new RegExp(module[matcher]).test(row[module['matching-attribute']])).reduce((sum, row) => sum + row['count:sum'], 0)
      t.equal(sum('numerator-matcher') / sum('denominator-matcher'), 0.8)
      t.match(rows[0], keys)
    }
  })

  t.test('completion rate: by the definition of the period’s first day', async (t) => {
    t.equal((await seriesValue(world, 'completion-rate', 'warwickshire', 'month', '2015-08-01')).value, 50)
    t.match(await data(`${group}/completion-rate?period=month&start_at=2015-08-01T00:00:00Z&end_at=2015-09-01T00:00:00Z&collect=rate:mean`), [{ 'rate:mean': 0.5 }])
    const rows = await data('service-aggregates/latest-dataset-values')
    t.same(rows.map(({ completion_rate: rate }) => rate), [0.5, 0.5])
  })

  t.test('a channel without events is 0 in a week of which others reported, and null in one of which nobody did', async (t) => {
    const weeks = 'period=week&start_at=2015-08-31T00:00:00Z&end_at=2015-09-21T00:00:00Z&collect=count:sum'
    const sums = async (more: string): Promise<object> =>
      Object.fromEntries((await data(`${group}/transactions-by-channel?${weeks}${more}`)).map((one) =>
        [one.channel, one.values.map((cell: any) => [cell._count, cell['count:sum']])]
      ))
    t.same(await sums('&group_by=channel'), {
      kiosk: [[0, 0], [1, 40], [0, null]], paper: [[0, 0], [1, 20], [0, null]], web: [[1, 40], [0, 0], [0, null]]
    })
    t.same(await sums('&group_by=channel&filter_by=channel:web'), { web: [[1, 40], [0, 0], [0, null]] }, 'asked for alone')
  })
})
