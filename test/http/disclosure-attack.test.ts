import t from 'tap'
import type { App } from '../../src/app.ts'
import { Attack } from '../support/attacker.ts'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

/**
 * The attacker asks every question that the public may ask in every door, takes each figure (a numerator and a
 * denominator as well) for an equation and each row that is not there for a 0, and solves for what was suppressed.
 */
const SERVICES = ['report-missed-bin', 'report-missed-recycling', 'renew-library-item']
const OUTCOMES = ['completed', 'failed']
const START = Date.UTC(2014, 4, 19)
const DAYS = [0, 1, 4, 9, 12, 15, 22, 29, 40]
const dayText = (day: number): string => new Date(START + day * 86_400_000).toISOString().slice(0, 10)
const AREA_THRESHOLD = { ward: 3, street: 5 }
const RANGES = [
  'start_on=2014-05-01&end_on=2014-07-31',
  'start_on=2014-05-26&end_on=2014-06-08',
  'start_on=2014-05-20&end_on=2014-06-03',
  'start_on=2014-04-01&end_on=2015-03-31'
]

function random (seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647
}

interface Unknown {
  ward: string
  street: string
  day: string
  channel: string
  outcome: string
  avoidable: boolean
  count: number
}
interface World {
  app: App
  service: string
  unknowns: Unknown[]
  wards: string[]
  attack: Attack
  tally: { answers: number }
}
type Value =
  & Record<'start_on' | 'end_on' | 'status' | 'reason', string>
  & Record<'value' | 'numerator' | 'denominator', number | null>
interface Row { group: Record<string, string>, values: Value[] }

const between = (world: World, start: string, end: string, matches: (unknown: Unknown) => boolean): number[] =>
  [...world.unknowns.keys()].filter((i) =>
    matches(world.unknowns[i]!) && start <= world.unknowns[i]!.day && world.unknowns[i]!.day <= end
  )

async function askSeries (world: World): Promise<void> {
  const { app, service, unknowns, wards, attack, tally } = world
  const groupings = [
    [],
    ['ward'],
    ['channel'],
    ['outcome'],
    ['ward', 'channel'],
    ['ward', 'outcome'],
    ['ward', 'channel', 'outcome'],
    ['street'],
    ['ward', 'street'],
    ['ward', 'street', 'outcome'],
    ['street', 'outcome']
  ]
  const filters: Array<Partial<Unknown>> = [{}, { channel: 'web' }, { outcome: 'failed' }, { ward: wards[0]! }, {
    ward: wards[1]!, channel: 'telephone-agent'
  }, { street: '45001' }]
  for (const period of ['day', 'week', 'month', 'quarter', 'financial_year', 'year']) {
    for (const range of RANGES) {
      if (period === 'day' && range.includes('2015')) continue
      for (const groupBy of groupings) {
        for (const filter of filters) {
          const url = `/v1/series?authority=solihull&service=${service}&period=${period}&${range}` +
            groupBy.map((name) => `&group_by=${name}`).join('') + Object.entries(filter).map(([name, value]) =>
              `&filter_by=${name}:${value}`
            ).join('')
          const response = await app.inject(url)
          if (response.statusCode === 400) continue
          tally.answers++
          const rows = response.json().data as Row[]
          const keyOf = (of: Record<string, unknown>) => groupBy.map((name) => of[name]).join(' ')
          const listed = new Set(rows.map(({ group }) => keyOf(group)))
          const matches = (unknown: Unknown) =>
            Object.entries(filter).every(([name, value]) => unknown[name as keyof Unknown] === value)
          const [from, to] = [/start_on=([\d-]+)/.exec(range)![1]!, /end_on=([\d-]+)/.exec(range)![1]!]
          const byKey = Map.groupBy(between(world, from, to, matches), (i) => keyOf(unknowns[i] as never))
          const level = groupBy.includes('street') || filter.street !== undefined
            ? 'street'
            : groupBy.includes('ward') || filter.ward !== undefined
              ? 'ward'
              : undefined
          const threshold = level && AREA_THRESHOLD[level]
          for (const [key, indices] of byKey) {
            if (!listed.has(key)) attack.see(`${url}: no row ${key}`, indices, 0, threshold)
          }
          for (const { group, values } of rows) {
            const own = byKey.get(keyOf(group)) ?? []
            for (const { start_on: start, end_on: end, value, status } of values) {
              const indices = own.filter((i) => start <= unknowns[i]!.day && unknowns[i]!.day <= end)
              attack.see(
                `${url} ${keyOf(group)} ${start}`,
                indices,
                status === 'suppressed' ? null : value ?? 0,
                threshold
              )
            }
          }
        }
      }
    }
  }
}

type Side = (unknown: Unknown) => boolean
const completed: Side = ({ outcome }) => outcome === 'completed'
/** What stands above and below; undefined: no count of events. `figures`: only the days of the figures count. */
const KPIS: Record<string, { above: Side, below?: Side, figures?: true }> = {
  transactions: { above: completed },
  'digital-take-up': { above: (one) => completed(one) && one.channel === 'web', below: completed },
  'avoidable-contact': { above: ({ avoidable }) => avoidable, below: () => true },
  'failure-rate': { above: ({ outcome }) => outcome === 'failed', below: () => true },
  'completed-per-collection': { above: completed, figures: true }
}
const FIGURE_WEEKS = ['2014-05-19', '2014-05-26', '2014-06-09']
/** The first ward has figures of fewer weeks, the unnamed one none. */
const weeksOf = ({ wards }: Pick<World, 'wards'>, ward: string | undefined): string[] =>
  ward === wards[0] ? FIGURE_WEEKS.slice(1) : FIGURE_WEEKS
/** The weeks that a ward is told of within a range: its own, or those of the others where it has none. */
function weeksIn (world: World, ward: string | undefined, start: string, end: string): string[] {
  const within = (weeks: string[]): string[] => weeks.filter((week) => week >= start && lastOf(week) <= end)
  const own = within(weeksOf(world, ward))
  return own.length > 0 ? own : within(FIGURE_WEEKS)
}
const lastOf = (week: string): string => new Date(Date.parse(week) + 6 * 86_400_000).toISOString().slice(0, 10)

async function askKpis (world: World): Promise<void> {
  const { app, service, wards, attack, tally } = world
  for (const [kpi, { above, below, figures }] of Object.entries(KPIS)) {
    for (const split of ['none', 'ward', 'street', 'street-of-ward', 'channel'] as const) {
      for (const period of ['week', 'month', 'year']) {
        for (const range of RANGES.slice(0, 3)) {
          const by = split.startsWith('street') ? 'street' : split
          const url =
            `/v1/kpis/${kpi}/series?authority=solihull&service=${service}&period=${period}&${range}&top=500&compare_with=previous` +
            (by === 'none' ? '' : `&group_by=${by}`) + (split === 'street-of-ward' ? `&ward=${wards[1]}` : '')
          const response = await app.inject(url)
          if (response.statusCode === 400) continue
          tally.answers++
          for (const { group, values } of response.json().data as Row[]) {
            const member: Side = (one) =>
              (by === 'none' || one[by as 'ward'] === group[by]) &&
              (split !== 'street-of-ward' || one.ward === wards[1])
            for (const value of values.flatMap((one) => [one, (one as any).compared as Value])) {
              if (['nothing-reported', 'area-not-valid', 'not-yet'].includes(value.reason)) continue
              const inWeeks = figures && by === 'ward'
                ? weeksIn(world, group['ward'], value.start_on, value.end_on)
                : []
              const counts: Side = ({ day }) =>
                inWeeks.length === 0 || inWeeks.some((week) => week <= day && day <= lastOf(week))
              const see = (name: 'numerator' | 'denominator', side: Side) =>
                attack.see(
                  `${url} ${group[by] ?? ''} ${value.start_on} ${name}`,
                  between(world, value.start_on, value.end_on, (one) => member(one) && side(one) && counts(one)),
                  value.status === 'suppressed' ? null : value[name] ?? 0,
                  by === 'ward' || by === 'street' ? AREA_THRESHOLD[by] : undefined
                )
              see('numerator', above)
              if (below !== undefined) see('denominator', below)
              if (value.status === 'suppressed' && value.value !== null) {
                attack.faults.push(`${url} ${value.start_on}: a value where its sides are suppressed`)
              }
            }
          }
        }
      }
    }
    for (const period of ['week', 'month', 'financial_year']) {
      const { data, start_on: start, end_on: end } =
        (await app.inject(`/v1/kpis/${kpi}/comparison?service=${service}&period=${period}&start_on=2014-05-27`)).json()
      const row = data.find(({ authority }: any) => authority.slug === 'solihull')
      if (figures !== true) {
        attack.see(`comparison of ${kpi} by ${period}`, between(world, start, end, above), row.numerator, undefined)
      }
    }
  }
}

async function askOldDialect (world: World): Promise<void> {
  const { app, service, unknowns, wards, attack, tally } = world
  const { data: areas } = (await app.inject('/v1/areas?authority=solihull')).json()
  const codeOf = new Map<
    string,
    string
  >(areas.filter(({ code }: any) => wards.includes(code)).map(({ name, code }: any) => [name, code]))
  const mondayOf = (ms: number): string =>
    new Date(ms - (new Date(ms).getUTCDay() + 6) % 7 * 86_400_000).toISOString().slice(0, 10)
  const weeks = [...new Set(unknowns.map(({ day }) => mondayOf(Date.parse(day))))]
  for (
    const query of [
      '',
      'filter_by=ward:unknown',
      'period=week&group_by=ward&collect=count:sum&start_at=2014-05-05T00:00:00Z&end_at=2014-07-14T00:00:00Z',
      'period=month&group_by=ward&collect=count:sum&start_at=2014-05-01T00:00:00Z&end_at=2014-08-01T00:00:00Z',
      'group_by=ward&collect=count:sum'
    ]
  ) {
    const { data } = (await app.inject(`/data/solihull-${service}/transactions-by-ward?${query}`)).json()
    tally.answers++
    for (const row of data.flatMap((one: any) => one.values?.map((value: any) => ({ ...one, ...value })) ?? [one])) {
      const ward = row.ward === 'unknown' ? 'unknown' : codeOf.get(row.ward)
      const start = (row._start_at ?? row._timestamp ?? '2014-01-01').slice(0, 10)
      const end = (row._end_at ?? (row._timestamp === undefined ? '2015-01-01' : `${lastOf(start)}T`)).slice(0, 10)
      const starting = new Set(weeks.filter((week) => week >= start && (week < end || week === start)))
      const value = Object.hasOwn(row, 'count:sum') ? row['count:sum'] : row.count
      if (value === undefined || row._count === 0) continue
      attack.see(
        `old dialect ${query} ${row.ward} ${start}`,
        [...unknowns.keys()].filter((i) =>
          unknowns[i]!.ward === ward &&
          [...starting].some((week) => week <= unknowns[i]!.day && unknowns[i]!.day <= lastOf(week))
        ),
        value,
        AREA_THRESHOLD.ward
      )
    }
  }
}

t.test('no suppressed figure can be solved for from the public answers', async (t) => {
  const { app } = await testApp(t, '2016-01-01T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', { services: SERVICES })
  const areas = (await app.inject('/v1/areas?authority=solihull')).json().data as Array<
    { code: string, valid_to: string | null }
  >
  const old = areas.filter(({ valid_to }) => valid_to !== null).map(({ code }) => code)
  const [template] = (await app.inject('/v1/kpis/failure-rate/versions')).json().data ?? []
  t.equal(template, undefined, 'the two KPIs below are the test’s own')
  const { kpi: _kpi, version: _version, created_at: _at, links: _links, ...definition } =
    (await app.inject('/v1/kpis/transactions')).json()
  const put = async (kpi: string, change: object) =>
    await app.inject({
      method: 'PUT',
      url: `/v1/kpis/${kpi}`,
      headers: operator,
      payload: { ...definition, ...change }
    })
  const all = { events: 'transaction', outcomes: { completed: 1, failed: 1 } }
  t.equal(
    (await put('failure-rate', { numerator: [{ ...all, outcomes: { failed: 1 } }], denominator: [all] })).statusCode,
    201
  )
  t.equal(
    (await put('completed-per-collection', {
      numerator: [{ ...all, outcomes: { completed: 1 } }], denominator: [{ measure: 'collections_made' }]
    })).statusCode,
    201
  )

  for (const [number, service] of SERVICES.entries()) {
    t.test(service, async (t) => {
      const next = random(71 + number)
      const wards = [...old.slice(0, 4), 'unknown']
      const unknowns: Unknown[] = []
      for (const [w, ward] of wards.entries()) {
        for (const street of ['unknown', `${4500 + w}1`, `${4500 + w}2`]) {
          for (const day of DAYS) {
            for (const outcome of OUTCOMES) {
              for (
                const [channel, avoidable] of [['web', false], ['telephone-agent', false], [
                  'telephone-agent', true
                ]] as const
              ) {
                const count = next() < [0.65, 0.87, 0.96][number]! ? 0 : Math.ceil(next() * [4, 9, 20][number]!)
                unknowns.push({ ward, street, day: dayText(day), channel, outcome, avoidable, count })
              }
            }
          }
        }
      }
      const events = unknowns.filter(({ count }) => count > 0).map(({ day, street, ...more }, i) => ({
        ...more,
        id: `${service}-${i}`,
        authority: 'solihull',
        service,
        occurred_at: `${day}T12:00:00+01:00`,
        ...(street !== 'unknown' && { street: Number(street) })
      }))
      t.equal(
        (await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).json().stored, events.length
      )
      const figures = wards.slice(0, 4).flatMap((ward) =>
        weeksOf({ wards }, ward).map((start_on) => (
          { authority: 'solihull', service, measure: 'collections_made', period: 'week', start_on, ward, value: 5000 }
        ))
      )
      t.equal(
        (await app.inject({ method: 'POST', url: '/v1/observations', headers, payload: figures })).json().stored,
        figures.length
      )

      const world: World = {
        app, service, unknowns, wards, attack: new Attack(unknowns.map(({ count }) => count)), tally: { answers: 0 }
      }
      const { attack, tally } = world
      for (const ask of [askSeries, askKpis, askOldDialect]) {
        await ask(world)
        t.comment(`${ask.name}: ${tally.answers} answers, ${attack.figures} figures, ${attack.suppressed} suppressed, ${attack.shown} above 0 by area shown, ${attack.attacked} small sums attacked`)
      }
      t.same(attack.faults.slice(0, 5), [])
      const pinned = attack.pinned()
      t.equal(
        pinned.length,
        0,
        JSON.stringify(pinned.slice(0, 3).map((indices) =>
          indices.map((i) =>
            unknowns[i]
          ).filter((one) => one!.count > 0)
        )).slice(0, 1500)
      )
      t.ok(attack.attacked > 20)
      t.ok(attack.shown > 20)
    })
  }
})
