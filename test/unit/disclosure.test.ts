import t from 'tap'
import { parseDay } from '../../src/domain/calendar.ts'
import {
  candidateDates, DEFAULT_RULES, financialYears, planDisclosure, rounded, type DisclosureRule, type PlanInput
} from '../../src/domain/disclosure/index.ts'

// What may be published of an authority's own figures, where a rule is about them. Wards and streets: see releases.

interface DayCount { day: number, count: number, path: readonly number[] }

const day = (text: string): number => parseDay(text)!
const days = (start: string, end: string) => ({ start: day(start), end: day(end) + 1 })
const [range] = financialYears(days('2014-05-26', '2014-05-26')) as [{ start: number, end: number }]
const RULE: DisclosureRule = { threshold: 3, finest: 'week', delayDays: 0, roundTo: null }
const plan = ({ cells, ...input }: Partial<PlanInput> & { cells: DayCount[] }) =>
  planDisclosure({ range, rule: RULE, views: 2, ...fromDays(cells), ...input })
const cell = (date: string, count: number, outcome = 1): DayCount => ({ day: day(date), count, path: [outcome] })
const THE_WEEK = days('2014-05-26', '2014-06-01')

function fromDays (cells: readonly DayCount[]): Pick<PlanInput, 'groups' | 'starts'> {
  const starts = [...new Set(cells.map(({ day }) => day))].sort((a, b) => a - b)
  const groups = [...Map.groupBy(cells, ({ path }) => path.join()).values()].map((same) => ({
    path: same[0]!.path,
    counts: starts.map((start) => same.filter(({ day }) => day === start).reduce((sum, { count }) => sum + count, 0))
  }))
  return { groups, starts }
}

t.test('0 is published, before and after', (t) => {
  for (const cells of [[], [cell('2014-05-27', 5)]]) {
    const { isPublished } = plan({ cells })
    for (const range of [THE_WEEK, days('2014-05-19', '2014-05-25'), days('2014-06-02', '2014-06-08')]) {
      t.ok(isPublished(range, 0))
    }
  }
  t.end()
})

t.test('a month, its weeks and the days between them cannot be subtracted from one another', (t) => {
  // Week of 26 May: 5, of which 1 on Sunday 1 June; June is 5 as well.
  const { isPublished } = plan({
    cells: [cell('2014-05-27', 4), cell('2014-06-01', 1), cell('2014-06-10', 4), cell('2014-05-06', 6)]
  })
  t.ok(isPublished(days('2014-05-01', '2014-05-31'), 0), 'May: 10')
  t.ok(isPublished(days('2014-06-01', '2014-06-30'), 0), 'June: 5')
  t.notOk(isPublished(THE_WEEK, 0), 'with May and the weeks before it would give 1 June away')
  t.notOk(isPublished(days('2014-06-01', '2014-06-01'), 0))
  t.end()
})

t.test('breakdowns are published where every group of them may be', (t) => {
  const made = (other: number) => plan({ cells: [cell('2014-05-27', 9, 1), cell('2014-05-28', other, 2)] })
  t.same([0, 1].map((view) => made(1).isPublished(THE_WEEK, view)), [true, false])
  t.same([0, 1].map((view) => made(6).isPublished(THE_WEEK, view)), [true, true])
  t.end()
})

t.test('a small week is suppressed, the year that it is in is not', (t) => {
  const { isPublished } = plan({
    cells: [cell('2014-05-27', 2), cell('2014-07-27', 9)], rule: { ...RULE, threshold: 5 }
  })
  t.notOk(isPublished(THE_WEEK, 0))
  t.ok(isPublished(range, 0))
  t.end()
})

t.test('no threshold, nothing hidden; rounding', (t) => {
  t.ok(plan({ cells: [cell('2014-05-27', 1)], rule: { ...RULE, threshold: null } }).isPublished(THE_WEEK, 1))
  t.ok(plan({ cells: [cell('2014-05-27', 1)], rule: DEFAULT_RULES.authority }).isPublished(THE_WEEK, 1), 'the default')
  t.same([0, 2, 3, 7, 8].map((value) => rounded(value, { roundTo: 5 })), [0, 0, 5, 5, 10])
  t.end()
})

t.test('the grid: first days of weeks, months, quarters and years', (t) => {
  const dates = candidateDates(range, 'month')
  t.equal(dates.length, 13)
  t.equal(candidateDates(range, 'week').length, 13 + 52 - 2, 'two Mondays are the first of a month')
  t.same(financialYears(days('2014-03-31', '2014-04-01')).map(({ start, end }) => end - start), [365, 365])
  t.end()
})

t.test('days finer than the rule are not published, large as they may be', (t) => {
  const { isPublished } = plan({ cells: [cell('2014-05-26', 90), cell('2014-05-27', 90)] })
  t.notOk(isPublished(days('2014-05-26', '2014-05-26'), 0))
  t.ok(isPublished(THE_WEEK, 0))
  t.end()
})

t.test('what lies outside the range is passed over', (t) => {
  const late = { start: day('2014-06-01'), end: range.end }
  const { isPublished } = plan({ range: late, cells: [cell('2014-05-27', 1), cell('2014-06-10', 9)] })
  t.ok(isPublished(days('2014-06-01', '2014-06-30'), 0))
  t.end()
})

t.test('a breakdown that tells nothing apart is published where the one before is', (t) => {
  for (const [count, published] of [[9, true], [2, false]] as const) {
    const { isPublished } = plan({ views: 3, cells: [{ ...cell('2014-05-27', count), path: [1, 4] }] })
    t.same([0, 1, 2].map((view) => isPublished(THE_WEEK, view)), [published, published, published])
  }
  t.end()
})
