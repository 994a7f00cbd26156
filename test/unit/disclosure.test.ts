import t from 'tap'
import { parseDay } from '../../src/domain/calendar.ts'
import {
  candidateDates, DEFAULT_RULES, financialYears, planDisclosure, rounded, type PlanInput
} from '../../src/domain/disclosure/index.ts'
import { fromDays, type DayCount } from '../support/day-counts.ts'
import { WEEK } from '../support/solihull-week.ts'

const day = (text: string): number => parseDay(text)!
const days = (start: string, end: string) => ({ start: day(start), end: day(end) + 1 })
const [range] = financialYears(days('2014-05-26', '2014-05-26')) as [{ start: number, end: number }]
const plan = ({ cells, ...input }: Partial<PlanInput> & { cells: DayCount[] }) =>
  planDisclosure({ range, rule: DEFAULT_RULES.ward, views: 2, today: day('2016-01-01'), ...fromDays(cells), ...input })
const cell = (unit: number, date: string, count: number, outcome = 1) => ({
  unit, day: day(date), count, path: [outcome]
})
const THE_WEEK = days('2014-05-26', '2014-06-01')

t.test('the real week of Solihull: all wards but the two of 2', (t) => {
  const { isPublished, suppressedUnits } = plan({ cells: WEEK.map(({ missed }, unit) => cell(unit, '2014-05-27', missed)) })
  for (const [unit, { ward, missed }] of WEEK.entries()) t.equal(isPublished(unit, THE_WEEK, 0), missed >= 3, ward)
  t.same(suppressedUnits(THE_WEEK, 0).map((unit) => WEEK[unit]!.ward), ['Knowle', 'NULL'])
  t.end()
})

t.test('one small ward takes another with it, and no more', (t) => {
  const { suppressedUnits } = plan({
    cells: [cell(1, '2014-05-27', 2), cell(2, '2014-05-27', 30), cell(3, '2014-05-27', 8)]
  })
  t.same(suppressedUnits(THE_WEEK, 0), [1, 3])
  t.end()
})

t.test('the example of docs/disclosure-control.md: nine wards, one count of 2', (t) => {
  const counts = [31, 28, 25, 22, 19, 17, 14, 12, 2]
  const { suppressedUnits } = plan({ cells: counts.map((count, unit) => cell(unit, '2014-05-27', count)) })
  t.same(suppressedUnits(THE_WEEK, 0).map((unit) => counts[unit]), [12, 2])
  t.end()
})

t.test('two wards of 1 take a third: their sum alone would give both away', (t) => {
  const { suppressedUnits } = plan({
    cells: [cell(1, '2014-05-27', 1), cell(2, '2014-05-27', 1), cell(3, '2014-05-27', 8), cell(4, '2014-05-27', 9)]
  })
  t.same(suppressedUnits(THE_WEEK, 0), [1, 2, 3])
  t.end()
})

t.test('0 is published, before and after', (t) => {
  const { isPublished } = plan({ cells: [cell(1, '2014-05-27', 5), cell(2, '2014-05-27', 7)], units: [1, 2, 3] })
  for (const unit of [1, 2, 3]) {
    for (const range of [THE_WEEK, days('2014-05-19', '2014-05-25'), days('2014-06-02', '2014-06-08')]) {
      t.ok(isPublished(unit, range, 0))
    }
  }
  t.end()
})

t.test('a month, its weeks and the days between them cannot be subtracted from one another', (t) => {
  // Week of 26 May: 5, of which 1 on Sunday 1 June; June is 5 as well.
  const cells = [1, 2, 3].flatMap((
    unit
  ) => [
    cell(unit, '2014-05-27', 4), cell(unit, '2014-06-01', 1), cell(unit, '2014-06-10', 4), cell(unit, '2014-05-06', 6)
  ])
  const { isPublished } = plan({ cells })
  t.ok(isPublished(1, days('2014-05-01', '2014-05-31'), 0), 'May: 10')
  t.ok(isPublished(1, days('2014-06-01', '2014-06-30'), 0), 'June: 5')
  t.notOk(isPublished(1, THE_WEEK, 0), 'with May and the weeks before it would give 1 June away')
  t.notOk(isPublished(1, days('2014-06-01', '2014-06-01'), 0))
  t.end()
})

t.test('breakdowns are published where every group of them may be', (t) => {
  const cells = [1, 2, 3].flatMap((
    unit
  ) => [cell(unit, '2014-05-27', 9, 1), cell(unit, '2014-05-28', unit === 3 ? 6 : 1, 2)])
  const { isPublished } = plan({ cells })
  t.ok(isPublished(1, THE_WEEK, 0))
  t.notOk(isPublished(1, THE_WEEK, 1))
  t.ok(isPublished(3, THE_WEEK, 1))
  t.end()
})

t.test('a delay holds back what is not due', (t) => {
  const cells = [cell(1, '2014-05-27', 9), cell(2, '2014-05-27', 9)]
  const delayed = (today: string) =>
    plan({ cells, rule: { ...DEFAULT_RULES.ward, delayDays: 7 }, today: day(today) }).isPublished(1, THE_WEEK, 0)
  t.notOk(delayed('2014-06-06'))
  t.ok(delayed('2014-06-07'), 'the last day with anything was a week before')
  t.end()
})

t.test('an authority of its own has no siblings; what is below it follows it', (t) => {
  const authority = plan({
    cells: [cell(0, '2014-05-27', 2), cell(0, '2014-07-27', 9)],
    hasParent: false,
    rule: { ...DEFAULT_RULES.ward, threshold: 5 }
  })
  t.notOk(authority.isPublished(0, THE_WEEK, 0))
  t.ok(authority.isPublished(0, days('2014-04-01', '2015-03-31'), 0))
  const wards = plan({
    cells: [cell(1, '2014-05-27', 2), cell(2, '2014-07-27', 9)], parentLevel: (date) => authority.levelOn(0, date)
  })
  t.notOk(
    wards.isPublished(1, THE_WEEK, 0) && wards.isPublished(2, THE_WEEK, 0), 'wards do not add up to a hidden authority'
  )
  t.end()
})

t.test('no threshold, nothing hidden; rounding', (t) => {
  t.ok(plan({ cells: [cell(1, '2014-05-27', 1)], rule: { ...DEFAULT_RULES.ward, threshold: null } }).isPublished(
    1, THE_WEEK, 1
  ))
  t.same([0, 2, 3, 7, 8].map((value) => rounded(value, { ...DEFAULT_RULES.ward, roundTo: 5 })), [0, 0, 5, 5, 10])
  t.end()
})

t.test('the grid: first days of weeks, months, quarters and years', (t) => {
  const dates = candidateDates(range, 'month')
  t.equal(dates.length, 13)
  t.equal(candidateDates(range, 'week').length, 13 + 52 - 2, 'two Mondays are the first of a month')
  t.same(financialYears(days('2014-03-31', '2014-04-01')).map(({ start, end }) => end - start), [365, 365])
  t.end()
})

t.test('a plan says what it takes up: some bytes for each unit and date, whatever it was made from', (t) => {
  const made = (units: number, paths: number) =>
    plan({
      cells: Array.from(
        { length: units * paths },
        (_, i) => ({ unit: i % units, day: day('2014-05-27'), count: 9, path: [Math.floor(i / units)] })
      )
    }).bytes
  t.equal(made(100, 3), made(100, 1))
  t.ok(made(100, 1) - made(99, 1) < 1000)
  t.ok(made(1100, 1) - made(100, 1) > 1000 * 9 * 2)
  t.end()
})

t.test('what lies outside the range is not known of: not even that the unit exists', (t) => {
  const late = { start: day('2014-06-01'), end: range.end }
  const { levelOn } = plan({
    range: late, cells: [cell(1, '2014-05-27', 9), ...[2, 3].map((unit) => cell(unit, '2014-06-10', 9))]
  })
  t.equal(levelOn(1, day('2014-07-01')), 127, 'nothing is known of it, so it hides nothing')
  t.equal(levelOn(2, day('2014-07-01')), 1)
  t.end()
})

t.test('a breakdown that tells nothing apart is published where the one before is', (t) => {
  const { isPublished } = plan({
    views: 3, cells: [1, 2, 3].map((unit) => ({ ...cell(unit, '2014-05-27', unit === 3 ? 2 : 9), path: [1, unit] }))
  })
  for (const view of [0, 1, 2]) t.equal(isPublished(2, THE_WEEK, view), true, `view ${view}`)
  for (const view of [0, 1, 2]) t.equal(isPublished(3, THE_WEEK, view), false, `view ${view} of 2`)
  t.end()
})

t.test('what comes after the last date that may be published makes nothing before it larger', (t) => {
  const cells = [
    cell(1, '2014-05-27', 2),
    cell(1, '2014-06-04', 9),
    ...[2, 3].flatMap((unit) => [cell(unit, '2014-05-27', 9), cell(unit, '2014-06-04', 9)])
  ]
  const { isPublished } = plan({ cells, rule: { ...DEFAULT_RULES.ward, delayDays: 7 }, today: day('2014-06-08') })
  t.equal(isPublished(1, THE_WEEK, 0), false)
  t.end()
})
