import type pg from 'pg'
import t from 'tap'
import { Directory, type Authority } from '../../src/catalogue/directory.ts'
import type { Measure } from '../../src/catalogue/kpi-directory.ts'
import { NO_ROWS, type CatalogueRows } from '../../src/catalogue/store/catalogue.ts'
import { AuthorityPlans } from '../../src/disclosure/authority-plans.ts'
import { Gate, openGate, workedOut, type Kind, type Published, type Sources } from '../../src/disclosure/gate.ts'
import type { Session } from '../../src/disclosure/session.ts'
import { formatDay } from '../../src/domain/calendar.ts'
import { isSmall, type DisclosureLevel } from '../../src/domain/disclosure/index.ts'
import type { DateRange } from '../../src/domain/period.ts'
import { figureToWire } from '../../src/http/wire/kpis.ts'
import type { KpiValue } from '../../src/kpi/question.ts'
import { ObservationIndex } from '../../src/observations/observation-index.ts'
import { TOTAL } from '../../src/releases/figures.ts'
import { ReleasedYears, type ReleasedReader } from '../../src/releases/reader.ts'
import { COUNT_ALL, ReleasedCounts } from '../../src/releases/released-counts.ts'
import { WHOLE_WARD } from '../../src/releases/released-year.ts'
import type { Series } from '../../src/series/shape.ts'
import type { SeriesValue } from '../../src/series/values.ts'

interface Count { value: number | null }
const COUNT: Kind<Count> = {
  withheld: () => ({ value: null }),
  isEmpty: ({ value }) => value === null,
  suppressed: () => ({ value: null }),
  rounded: ({ value }, round) => ({ value: value === null ? null : round(value) })
}
const RANGE = { start: 16_215, end: 16_222 }

type Rule = Pick<CatalogueRows['disclosureRules'][number], 'authority_id' | 'service_id' | 'level'> &
  { threshold?: number | null, round_to?: number }

function directoryWith (...rules: Rule[]): Directory {
  return new Directory({
    ...NO_ROWS,
    disclosureRules: rules.map((rule) => ({
      threshold: null, round_to: null, finest: 'day', delay_days: 0, ...rule
    })) as CatalogueRows['disclosureRules']
  }, 0)
}

interface Viewing { seen?: number[], level?: DisclosureLevel }

/** A gate for authorities 1 and 2; the viewer sees all of those in `seen`. `asked`: whose releases were read. */
async function gateOf (directory: Directory, { seen = [], level = 'ward' }: Viewing = {}) {
  const asked: number[] = []
  const session: Session = {
    viewer: { name: 'somebody', seesAll: (id) => seen.includes(id), isAmong: () => false },
    pool: { within: () => ({}) as pg.ClientBase },
    released: {
      read: async (_pool: unknown, _selection: unknown, ids: readonly number[]) => {
        asked.push(...ids)
        return new ReleasedYears(new Map(ids.map((id) => [id, [released]])))
      }
    } as unknown as ReleasedReader
  }
  const gate = await openGate(session, directory, {
    serviceId: 1, types: [0], authorityIds: [1, 2], level, range: RANGE, listsYears: false, today: 16_300
  })
  return { gate, asked, publish: publisher(gate) }
}

const publisher = (gate: Gate) => (value: number | null, sources: Partial<Sources>) =>
  gate.publish({ value }, { owners: [1], range: RANGE, events: [], observations: [], ...sources }, COUNT).value

/** Ward 7 is suppressed in the week, ward 8 had 12. */
const [SMALL_WARD, OTHER_WARD] = [7, 8]
const YEAR = { start: 16_161, end: 16_526 }
const released = new ReleasedCounts({
  dates: [YEAR.start, RANGE.start, RANGE.end],
  streetDates: [],
  reported: [RANGE.start],
  byCounts: [],
  groups: [[1, 1, 0]],
  figures: [],
  wards: [[SMALL_WARD, YEAR.start, YEAR.end], [OTHER_WARD, YEAR.start, YEAR.end]],
  streets: [],
  changed: [],
  missing: []
}, [RANGE.start, RANGE.end].flatMap((day) => [
  { ward: OTHER_WARD, street: WHOLE_WARD, figure: TOTAL, day, count: day === RANGE.end ? 12 : 0 },
  ...day === RANGE.start ? [{ ward: SMALL_WARD, street: WHOLE_WARD, figure: TOTAL, day, count: 0 }] : []
]))

/** A gate for the authorities' own figures: those of authority 1 are suppressed in the week, as a rule of it says. */
function ownGate (directory: Directory, seen: number[] = []) {
  const plan = { isPublished: ({ start }: DateRange) => start >= RANGE.end }
  const plans = new AuthorityPlans(new Map(seen.includes(1) ? [] : [[1, [{ year: YEAR, plan }]]]))
  const gate = new Gate({ seesAll: (id) => seen.includes(id), isAmong: () => false }, directory, {
    serviceId: 1, types: [0], authorityIds: [1, 2], level: 'authority', range: RANGE, listsYears: false, today: 16_300
  }, new Map([[0, { years: new ReleasedYears(new Map()), plans }]]))
  return { gate, publish: publisher(gate) }
}

const events = (...authorityIds: number[]): Pick<Sources, 'events'> => ({
  events: [{ type: 0, authorityIds, range: RANGE, breakdown: 'total' }]
})
const OWN = { authority_id: null, service_id: null, level: 'authority' as const }
const WARDS = { authority_id: null, service_id: null, level: 'ward' as const, threshold: 3 }

t.test('only the gate makes published figures', (t) => {
  const value: SeriesValue = { range: RANGE, value: 1, status: 'ok' }
  const read = (published: Published<Count>) => published.value
  // @ts-expect-error a figure as it was read is not published
  t.equal(read({ value: 1 }), 1)
  // @ts-expect-error nor is what is spread of a published one
  t.equal(read({ ...({ value: 1 } as Published<Count>), value: 2 }), 2)
  // @ts-expect-error nor what is copied
  t.equal(read(Object.assign({}, { value: 1 })), 1)
  // @ts-expect-error a series is made of published values
  const series: Series = { group: {}, values: [value] }
  // @ts-expect-error and so is the JSON of a KPI
  t.equal(figureToWire({ value: 2 } as KpiValue).value, 2)
  t.equal(series.values.length, 1)
  t.end()
})

t.test('a figure is as it is, rounded or suppressed', (t) => {
  const { publish, gate } = ownGate(directoryWith({ ...OWN, threshold: 3, round_to: 5 }))
  t.equal(publish(12, events(2)), 10)
  t.equal(publish(13, events(2)), 15)
  t.equal(publish(12, events(1)), null)
  t.equal(publish(null, events(1)), null)
  t.equal(publish(12, events(2, 1)), null, 'any of its authorities')
  t.equal(publish(40, { events: [...events(2).events, ...events(1).events] }), null, 'any part')
  const [later] = events(1).events
  t.equal(publish(12, { events: [{ ...later!, range: { start: RANGE.end, end: RANGE.end + 7 } }] }), 10, 'other days')
  t.equal(ownGate(directoryWith({ ...OWN, threshold: 3, round_to: 5 }), [1, 2]).publish(12, events(1)), 12)
  t.equal(workedOut([gate.publish({ value: 12 }, { owners: [], range: RANGE, ...events(2), observations: [] }, COUNT)],
    ([one]) => ({ twice: (one?.value ?? 0) * 2 })).twice, 24)
  t.end()
})

t.test('details are published where everything of their owners is as it is, else suppressed whole', async (t) => {
  const rule = { authority_id: 1, service_id: null, level: 'authority' as const }
  for (const one of [{ ...rule, threshold: 3 }, { ...rule, round_to: 5 }]) {
    const { publish } = ownGate(directoryWith(one))
    t.same([1000, null, 0].map((value) => publish(value, { details: true, owners: [2] })), [1000, null, 0])
    t.same([1000, null, 0].map((value) => publish(value, { details: true, owners: [2, 1] })), [null, null, null])
    t.equal(ownGate(directoryWith(one), [1]).publish(1000, { details: true, owners: [2, 1] }), 1000)
  }
  const { gate } = await gateOf(directoryWith(WARDS))
  const kind: Kind<{ value: number | null, why: string }> = {
    withheld: () => ({ value: null, why: 'withheld' }),
    isEmpty: ({ value }) => value === null,
    suppressed: () => ({ value: null, why: 'suppressed' }),
    rounded: (figure) => figure
  }
  const sources = { owners: [2], range: RANGE, events: [], observations: [], details: true }
  t.equal(gate.publish({ value: null, why: 'missing' }, sources, kind).why, 'suppressed', 'whether there is anything too')
})

t.test('who sees all of one authority sees a sum with another as everybody does', (t) => {
  const { publish } = ownGate(directoryWith({ ...OWN, threshold: 3, round_to: 5 }), [2])
  t.equal(publish(12, { owners: [2], ...events(2) }), 12)
  t.equal(publish(12, { owners: [1, 2], ...events(1, 2) }), null)
  t.equal(publish(12, { owners: [1, 2] }), 10)
  t.end()
})

t.test('counts by ward come from releases, but for those of authorities that the viewer sees all of', async (t) => {
  const directory = directoryWith({ ...WARDS, round_to: 5 })
  const { gate, asked } = await gateOf(directory)
  t.same(asked, [1, 2])
  const count = (...wards: number[]) => gate.count(0, 1, wards.map((ward) => ({ ward })), RANGE, COUNT_ALL)
  t.same(count(OTHER_WARD), { status: 'released', value: 12, revised: false, basis: 'events' })
  t.same(count(SMALL_WARD), { status: 'suppressed' })
  t.same(count(OTHER_WARD, SMALL_WARD), { status: 'suppressed' })
  t.same(gate.count(1, 1, [{ ward: OTHER_WARD }], RANGE, COUNT_ALL), { status: 'not-yet' }, 'of another type nothing is released')
  t.same(gate.released(0, 1), [released])
  t.equal(gate.round(workedOut([count(OTHER_WARD)], () => ({ value: 12 })), [1], COUNT).value, 10)
  t.equal(gate.round(workedOut([count(SMALL_WARD)], () => ({ value: null })), [1], COUNT).value, null)
  t.same((await gateOf(directory, { seen: [1] })).asked, [2])
  t.same((await gateOf(directory, { seen: [1, 2] })).asked, [])
  t.same((await gateOf(directory, { level: 'street' })).asked, [1, 2])
  t.same((await gateOf(directory, { level: 'authority' })).asked, [], 'an authority’s own figures are live')
})

t.test('a sum is rounded by the coarsest of its authorities, in whatever order', async (t) => {
  const own = { service_id: null, level: 'authority' as const }
  const directory = directoryWith({ ...own, authority_id: 1, round_to: 5 }, { ...own, authority_id: 2, round_to: 20 })
  const { publish, gate } = await gateOf(directory, { level: 'authority' })
  t.equal(publish(32, { owners: [1] }), 30)
  t.equal(publish(32, { owners: [2] }), 40)
  t.equal(publish(32, { owners: [1, 2] }), 40)
  t.equal(publish(32, { owners: [2, 1] }), 40)
  t.equal(gate.roundTo([1, 2]), 20)
})

t.test('observations of people are suppressed with the year that a small one is in', async (t) => {
  const authority = { id: 1 } as Authority
  const of = async (measure: Measure, value: number, subdivision: 'ward' | 'whole' = 'ward') => {
    const { publish } = await gateOf(directoryWith(WARDS))
    const book = new ObservationIndex(directoryWith(), [[5, value], [6, 30]].map(([wardId = 0, value = 0]) => ({
      authorityId: 1,
      measureId: 3,
      channelId: 0,
      wardId,
      period: 2,
      startOn: '2014-05-26',
      endOn: '2014-06-01',
      value,
      provisional: false,
      revised: false,
      note: ''
    })))
    return publish(30, { observations: [{ book, authority, measure, subdivision, range: RANGE }] })
  }
  const [people, pence] = ['transactions', 'pence'].map((unit) => ({ id: 3, unit, kind: 'flow' }) as Measure)
  t.equal(await of(people!, 2), null, 'another ward has 2')
  t.equal(await of(people!, 3), 30)
  t.equal(await of(people!, 2, 'whole'), 30, 'of the authority itself nothing is suppressed')
  t.equal(await of(pence!, 2), 30, 'money is not people')
})

t.test('observations are decided on by authority and measure, in whatever order they are asked for', async (t) => {
  const [people, others] = [3, 4].map((id) => ({ id, unit: 'transactions', kind: 'flow' }) as Measure)
  const sent = [[1, 3, 2], [2, 3, 30], [1, 4, 30]] as const
  const book = new ObservationIndex(directoryWith(), sent.map(([authorityId, measureId, value]) => ({
    authorityId,
    measureId,
    channelId: 0,
    wardId: 5,
    period: 2,
    startOn: '2014-05-26',
    endOn: '2014-06-01',
    value,
    provisional: false,
    revised: false,
    note: ''
  })))
  const asked = [[1, people, null], [2, people, 30], [1, others, 30]] as const
  for (const order of [[0, 1, 2], [1, 2, 0], [2, 0, 1]]) {
    const { publish } = await gateOf(directoryWith(WARDS))
    for (const i of order) {
      const [id, measure, expected] = asked[i]!
      const source = { book, authority: { id } as Authority, measure: measure!, subdivision: 'ward' as const, range: RANGE }
      t.equal(publish(30, { observations: [source] }), expected, `authority ${id}, measure ${measure!.id}`)
    }
  }
})

t.test('a figure that says nothing stays as it is', (t) => {
  const { gate } = ownGate(directoryWith({ ...OWN, threshold: 3 }))
  const sources = { owners: [1], range: RANGE, ...events(1), observations: [] }
  const marked: Kind<Count> = { ...COUNT, suppressed: () => ({ value: -1 }) }
  t.equal(gate.publish({ value: null }, sources, marked).value, null)
  t.equal(gate.publish({ value: 1 }, sources, marked).value, -1)
  t.end()
})

t.test('the rule of authority and service comes first, then the authority’s, then the service’s', (t) => {
  const at = (authority_id: number | null, service_id: number | null, threshold: number): Rule => ({
    authority_id, service_id, level: 'ward', threshold
  })
  const rules = [at(null, null, 9), at(null, 1, 8), at(1, null, 7), at(1, 1, 6)]
  const inForce = (some: Rule[]) => directoryWith(...some).disclosureRule(1, 1, 'ward').threshold
  t.same([1, 2, 3, 4].map((n) => inForce(rules.slice(0, n))), [9, 8, 7, 6])
  t.same([1, 2, 3, 4].map((n) => inForce(rules.slice(0, n).reverse())), [9, 8, 7, 6])
  t.equal(inForce([]), 3)
  t.equal(directoryWith(...rules).disclosureRule(2, 1, 'ward').threshold, 8)
  t.equal(directoryWith(...rules).disclosureRule(1, 2, 'ward').threshold, 7)
  t.equal(directoryWith(...rules).disclosureRule(2, 2, 'ward').threshold, 9)
  t.equal(directoryWith(...rules).disclosureRule(1, 1, 'street').threshold, 5, 'each level has its own')
  t.end()
})

t.test('small: above 0 and below the threshold', (t) => {
  t.same([-1, 0, 1, 2, 3, 4].map((count) => isSmall(count, 3)), [false, false, true, true, false, false])
  t.notOk(isSmall(1, null))
  t.end()
})

t.test('figures of days that are not published are withheld whole, before anything else is looked at', async (t) => {
  const directory = new Directory({
    ...NO_ROWS,
    publicationRules: [{
      authority_id: 1,
      service_id: 0,
      from_on: formatDay(RANGE.end - 1),
      to_on: formatDay(RANGE.end - 1),
      audience: 'councils',
      publish_at: null,
      updated_at: new Date(0)
    }]
  }, 0)
  const marked: Kind<Count> = { ...COUNT, withheld: () => ({ value: -1 }) }
  const { gate } = await gateOf(directory)
  const publish = (value: number | null, sources: Partial<Sources>): number | null =>
    gate.publish({ value }, { owners: [1], range: RANGE, events: [], observations: [], ...sources }, marked).value
  const before = { start: RANGE.start - 7, end: RANGE.start }
  t.equal(publish(12, {}), -1)
  t.equal(publish(null, {}), -1, 'silent or not')
  t.equal(publish(12, { range: before }), 12)
  t.equal(publish(12, { owners: [2] }), 12)
  t.equal(publish(12, { owners: [2, 1] }), -1, 'any of its authorities')
  t.equal(publish(12, { owners: [2], ...events(1) }), -1, 'any of its parts')
  t.same([gate.withholds(1, RANGE), gate.withholds(1, before), gate.withholds(2, RANGE)], [true, false, false])
  const count = (range: DateRange) => gate.count(0, 1, [{ ward: OTHER_WARD }], range, COUNT_ALL).status
  t.same([count(RANGE), count({ start: YEAR.start, end: RANGE.start })], ['not-yet', 'nothing'])
  const viewer = (sees: boolean) => ({ name: 'one', seesAll: () => true, isAmong: () => sees })
  const question = { serviceId: 1, types: [0], authorityIds: [1, 2], level: 'ward' as const, range: RANGE, today: 16_300 }
  const open = new Gate(viewer(true), directory, { ...question, listsYears: false }, new Map())
  t.equal(open.publish({ value: 12 }, { owners: [1], range: RANGE, events: [], observations: [] }, marked).value, 12)
  const years = new Gate(viewer(false), directory, { ...question, listsYears: true }, new Map())
  t.same([years.withholds(1, before), years.withholds(1, { start: YEAR.end, end: YEAR.end + 1 })], [true, false],
    'where the year is listed, the year')
})
