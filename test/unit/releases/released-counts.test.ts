import t from 'tap'
import { Cache } from '../../../src/cache/cache.ts'
import { parseDay } from '../../../src/domain/calendar.ts'
import { codeOf, TOTAL } from '../../../src/releases/figures.ts'
import { addReleased, ReleasedReader, ReleasedYears } from '../../../src/releases/reader.ts'
import { COUNT_ALL, ReleasedCounts, type Weights } from '../../../src/releases/released-counts.ts'
import { nothingReleased, WHOLE_WARD, type YearShape } from '../../../src/releases/released-year.ts'

const day = (text: string): number => parseDay(text)!
const days = (start: string, end: string) => ({ start: day(start), end: day(end) + 1 })
const [APRIL, MAY, JULY, OCTOBER] = ['2014-04-01', '2014-05-01', '2014-07-01', '2014-10-01'].map(day) as
  [number, number, number, number]
const [WARD, OTHER, STREET] = [7, 8, 45_200_001]
const [COMPLETED, FAILED, WEB, PHONE] = [1, 2, 3, 4]

const FIGURES: Array<[code: number, groups: number[]]> = [
  [codeOf('completed', 1), [0, 2]],
  [codeOf('outcome', COMPLETED), [0, 2]],
  [codeOf('outcome', FAILED), [1]],
  [codeOf('channel', WEB), [0, 1]],
  [codeOf('channel', PHONE), [2]]
]

/** Two quarters; in the first, failures were rare. */
const SHAPE: YearShape = {
  ...nothingReleased(APRIL),
  dates: [APRIL, MAY, JULY, OCTOBER],
  streetDates: [APRIL, MAY, JULY],
  reported: [MAY, day('2014-06-03'), JULY],
  byCounts: [],
  groups: [[COMPLETED, WEB, 0], [FAILED, WEB, 0], [COMPLETED, PHONE, 0]],
  figures: [APRIL, JULY].map((quarter) => [quarter, FIGURES.map(([code, groups]) => [code, groups, code])]),
  wards: [[WARD, APRIL, OCTOBER], [OTHER, APRIL, OCTOBER]],
  streets: [[WARD, [0, STREET]]],
  changed: [JULY],
  missing: [[OTHER, JULY]]
}
const row = (ward: number, figure: number, on: number, count: number, street = WHOLE_WARD) => (
  { ward, street, figure, day: on, count }
)
const YEAR = new ReleasedCounts(SHAPE, [
  row(WARD, TOTAL, MAY, 0),
  row(WARD, TOTAL, JULY, 40),
  row(WARD, TOTAL, OCTOBER, 70),
  row(WARD, codeOf('channel', WEB), JULY, 30),
  row(WARD, codeOf('channel', WEB), OCTOBER, 20),
  row(WARD, codeOf('channel', PHONE), OCTOBER, 10),
  row(WARD, codeOf('outcome', COMPLETED), OCTOBER, 24),
  row(WARD, codeOf('outcome', FAILED), OCTOBER, 6),
  row(OTHER, TOTAL, MAY, 0),
  row(WARD, TOTAL, MAY, 0, STREET),
  row(WARD, TOTAL, JULY, 12, STREET)
])
const [Q1, Q2, MONTHS] = [days('2014-04-01', '2014-06-30'), days('2014-07-01', '2014-09-30'), days('2014-05-01', '2014-06-30')]
const only = (outcomes: number[], channels: number[]): Weights => (outcome, channel) =>
  outcomes.includes(outcome) && channels.includes(channel) ? 1 : 0
const ALL_OUTCOMES = [COMPLETED, FAILED]
const SUPPRESSED = { status: 'suppressed' }

t.test('totals are differences of what is published at both ends', (t) => {
  const count = (range: typeof Q1, ward = WARD) => YEAR.count({ ward }, range, COUNT_ALL)
  t.same(count(Q1), { status: 'released', value: 40, revised: false, basis: 'events' })
  t.same(count(MONTHS), { status: 'released', value: 40, revised: false, basis: 'events' })
  t.same(count(Q2), { status: 'released', value: 30, revised: true, basis: 'events' }, 'something changed since')
  t.same(count({ start: APRIL, end: OCTOBER }), { status: 'released', value: 70, revised: true, basis: 'events' })
  t.same(count(days('2014-06-02', '2014-06-08')), SUPPRESSED, 'a week lies between the dates')
  t.same(count(MONTHS, OTHER), SUPPRESSED)
  t.same(count(days('2014-04-01', '2014-04-30')), { status: 'nothing' }, 'the authority reported nothing')
  t.same(count(Q2, OTHER), { status: 'nothing' }, 'the ward sent no count')
  t.same(count(days('2014-09-01', '2014-10-05')), { status: 'not-yet' }, 'not all of it is decided')
  t.end()
})

t.test('breakdowns come from the family that tells what is wanted apart, quarter by quarter', (t) => {
  const count = (range: typeof Q1, weights: Weights) => {
    const released = YEAR.count({ ward: WARD }, range, weights)
    return 'value' in released ? released.value : released.status
  }
  t.equal(count(Q2, only(ALL_OUTCOMES, [WEB])), 20)
  t.equal(count(Q2, only([COMPLETED], [WEB, PHONE])), 24)
  t.equal(count(Q2, only([FAILED], [WEB, PHONE])), 6)
  t.equal(count(Q2, (outcome) => outcome === FAILED ? 3 : 1), 24 + 18, 'each member by its weight')
  t.equal(count(Q2, only([COMPLETED], [WEB])), 'suppressed', 'no family tells both apart')
  t.equal(count(Q1, only(ALL_OUTCOMES, [WEB])), 30)
  t.equal(count(Q1, only(ALL_OUTCOMES, [PHONE])), 'suppressed')
  t.equal(count({ start: APRIL, end: OCTOBER }, only(ALL_OUTCOMES, [WEB])), 50, 'the sum of its quarters')
  t.equal(count({ start: APRIL, end: OCTOBER }, only([COMPLETED], [WEB, PHONE])), 'suppressed', 'one quarter is not public')
  t.equal(count(MONTHS, only(ALL_OUTCOMES, [WEB])), 'suppressed', 'its first day is not')
  t.equal(count(Q2, only(ALL_OUTCOMES, [99])), 0, 'what nobody reported is 0')
  t.equal(count(Q2, only(ALL_OUTCOMES, [WEB, PHONE, 99])), 30, 'all that there is: the total')
  t.end()
})

t.test('streets: totals alone, by their own dates', (t) => {
  const street = { ward: WARD, street: STREET }
  t.match(YEAR.count(street, MONTHS, COUNT_ALL), { status: 'released', value: 12 })
  t.same(YEAR.count(street, Q2, COUNT_ALL), { status: 'not-yet' })
  t.same(YEAR.count(street, MONTHS, only(ALL_OUTCOMES, [WEB])), SUPPRESSED)
  t.same(YEAR.count({ ward: WARD, street: 0 }, MONTHS, COUNT_ALL), SUPPRESSED)
  t.same(YEAR.streets(), [{ ward: WARD, street: 0 }, { ward: WARD, street: STREET }])
  t.same(YEAR.streets(OTHER), [])
  t.same(YEAR.wards, [0, WARD, OTHER])
  t.end()
})

t.test('a later release of the same date replaces the value', (t) => {
  const rows = [row(WARD, TOTAL, MAY, 0), row(WARD, TOTAL, JULY, 40), row(WARD, TOTAL, JULY, 43)]
  const revised = new ReleasedCounts(SHAPE, rows)
  t.match(revised.count({ ward: WARD }, MONTHS, COUNT_ALL), { value: 43 })
  t.end()
})

t.test('sums are withheld where any part is', (t) => {
  const one = { status: 'released', value: 5, revised: false, basis: 'events' } as const
  const [hidden, late, nothing] = (['suppressed', 'not-yet', 'nothing'] as const).map((status) => ({ status }))
  t.same(addReleased([one, one]), { ...one, value: 10 })
  t.same(addReleased([one, { ...one, revised: true }]), { ...one, value: 10, revised: true })
  t.same(addReleased([one, { ...one, basis: 'counts' }]), { ...one, value: 10, basis: 'both' })
  t.same(addReleased([one, nothing!]), one)
  t.same(addReleased([nothing!, nothing!]), nothing)
  t.same(addReleased([one, hidden!]), hidden)
  t.same(addReleased([hidden!, late!, one]), late)
  t.same(addReleased([]), { ...one, value: 0 })
  t.end()
})

t.test('years of an authority: before the first nothing was reported, after the last nothing is released', (t) => {
  const years = new ReleasedYears(new Map([[1, [YEAR]]]))
  const count = (range: typeof Q1, authority = 1, wards = [WARD]) =>
    years.count(authority, wards.map((ward) => ({ ward })), range, COUNT_ALL)
  t.match(count(Q1), { value: 40 })
  t.same(count(days('2012-04-01', '2013-03-31')), { status: 'nothing' })
  t.same(count(days('2015-04-01', '2015-04-30')), { status: 'not-yet' })
  t.match(count({ start: day('2013-10-01'), end: JULY }), { status: 'released', value: 40 }, 'both together')
  t.same(count(Q1, 2), { status: 'not-yet' }, 'another authority')
  t.same(count(MONTHS, 1, [WARD, OTHER]), SUPPRESSED)
  t.end()
})

t.test('a year is read once until another release changes it', async (t) => {
  let [reads, state] = [0, '1']
  const client = {
    query: async ({ name }: { name: string }) => {
      if (name === 'released-years') return { rows: [{ authorityId: 1, yearOn: APRIL, state, releaseId: Number(state) }] }
      if (name === 'released-year') reads++
      return { rows: name === 'released-year' ? [{ shape: SHAPE }] : [row(WARD, TOTAL, MAY, 0), row(WARD, TOTAL, JULY, 40)] }
    }
  } as unknown as Parameters<ReleasedReader['read']>[0]
  const reader = new ReleasedReader(new Cache())
  const read = async (range = MONTHS, level: 'ward' | 'street' = 'ward') => {
    const years = await reader.read(client, { serviceId: 1, type: 1, level }, [1], range)
    return years.count(1, [{ ward: WARD }], range, COUNT_ALL)
  }
  t.match(await read(), { value: 40 })
  t.match(await read(), { value: 40 })
  t.equal(reads, 1)
  t.same(await read(days('2016-04-01', '2016-04-30')), { status: 'not-yet' }, 'years that are not asked for are not read')
  t.equal(reads, 1)
  state = '2'
  await read()
  t.equal(reads, 2)
  await read(MONTHS, 'street')
  t.equal(reads, 3, 'streets are kept apart')
})

t.test('a figure of the same groups as another is published once, under the code that the shape names', (t) => {
  const counts = new ReleasedCounts({
    ...SHAPE, figures: [[JULY, [[codeOf('completed', 1), [0, 1, 2], TOTAL], [codeOf('class', 1), [0, 1], codeOf('channel', WEB)]]]]
  }, [row(WARD, codeOf('channel', WEB), OCTOBER, 20)])
  t.match(counts.count({ ward: WARD }, Q2, only(ALL_OUTCOMES, [WEB])), { value: 20 })
  t.end()
})

t.test('a street that is not listed has nothing, but only where days are released and reported', (t) => {
  t.match(YEAR.absent(MONTHS), { status: 'released', value: 0 })
  t.same(YEAR.absent(days('2014-04-01', '2014-04-30')), { status: 'nothing' })
  t.same(YEAR.absent({ start: OCTOBER, end: OCTOBER + 31 }), { status: 'not-yet' })
  const years = new ReleasedYears(new Map([[1, [YEAR]]]))
  t.same(years.count(1, [], { start: OCTOBER, end: OCTOBER + 31 }, COUNT_ALL), { status: 'not-yet' })
  t.match(years.count(1, [], MONTHS, COUNT_ALL), { status: 'released', value: 0 })
  t.end()
})
