import t from 'tap'
import { dayOf } from '../../../src/domain/calendar.ts'
import { addFlow, intersect, lastStock, type ObservedValue } from '../../../src/domain/kpi/cover.ts'
import { versionInForce, type KpiVersion } from '../../../src/domain/kpi/definition.ts'
import { evaluate, meets, rate } from '../../../src/domain/kpi/evaluate.ts'
import { reportedRanges } from '../../../src/domain/kpi/reported-days.ts'
import { rankValues, quantile, quartilesOf } from '../../../src/domain/kpi/rank.ts'
import { avoidedFailures, channelShift } from '../../../src/domain/kpi/savings.ts'
import { SHIPPED_DEFINITIONS } from '../../../src/domain/kpi/shipped.ts'

const shipped = (edition: string) => SHIPPED_DEFINITIONS.find((one) => one.edition === edition)!.definition
const inputs = {
  numerator: 1,
  denominator: 1,
  observationCoverage: 1,
  coverage: 1,
  running: false,
  provisional: false,
  revised: false
}

t.test('worked examples', async (t) => {
  // Solihull, week of 26 May 2014: 57 of 170 reports came over the web.
  t.match(evaluate(shipped('digital-take-up/2'), { ...inputs, numerator: 57, denominator: 170 }), {
    value: 33.529411764705884, status: 'ok'
  })
  // Leeds: 1,933,000 bins a month; 1,000 confirmed misses make 51.7 in 100,000, below the norm of 56.
  const missed = shipped('missed-per-100000/2')
  const { value } = evaluate(missed, { ...inputs, numerator: 1000, denominator: 1_933_000 })
  t.ok(Math.abs((value ?? 0) - 51.733057) < 1e-6)
  t.equal(meets(missed.target, value), true)
  t.equal(meets(missed.target, 56), true, 'at most 56')
  t.equal(meets(missed.target, 56.01), false)
  t.equal(meets(missed.target, null), null)
  // Ratings 5, 5, 4, 3, 1: mean 3.6, score 0.65.
  t.equal(rate(shipped('user-satisfaction-score/1'), 4 + 4 + 3 + 2 + 0, 5), 0.65)
  // 1,234.56 pounds over 700 transactions: 176.37 pence, whole pence.
  t.equal(rate(shipped('cost-per-transaction/1'), 123_456, 700), 176)
})

t.test('a true 0 stays 0, nothing over 0 is 0', async (t) => {
  const take = shipped('digital-take-up/2')
  t.match(evaluate(take, { ...inputs, numerator: 0, denominator: 12 }), { value: 0, status: 'zero', reason: null })
  t.match(evaluate(take, { ...inputs, numerator: 0, denominator: 0 }), {
    value: null, status: 'missing', reason: 'denominator-zero'
  })
  t.match(evaluate(take, { ...inputs, denominator: null }), { value: null, reason: 'no-denominator' })
  t.match(evaluate(take, { ...inputs, numerator: null }), { value: null, reason: 'nothing-reported' })
  t.match(evaluate(take, { ...inputs, observationCoverage: 0.89 }), { value: null, reason: 'coverage-too-low' })
  t.match(evaluate({ ...take, min_denominator: 10 }, { ...inputs, denominator: 9 }), {
    reason: 'denominator-below-minimum'
  })
  t.match(evaluate(take, { ...inputs, revised: true }), { status: 'revised' })
  t.match(evaluate(take, { ...inputs, revised: true, provisional: true }), { status: 'provisional' })
  t.match(evaluate(take, { ...inputs, revised: true, coverage: 0.89 }), { value: 100, status: 'partial', reason: null })
  t.match(evaluate(take, { ...inputs, coverage: 0.9 }), { status: 'ok' })
  t.match(evaluate(take, { ...inputs, coverage: 0.1, running: true }), { status: 'provisional' })
})

t.test('days that reports account for', async (t) => {
  // June 2026 begins on a Monday.
  const june = (day: number): number => dayOf(2026, 6, day)
  const of = (...some: number[]) =>
    reportedRanges(some.map(june)).map(({ start, end }) => [start - june(1) + 1, end - june(1)])
  t.same(of(), [])
  t.same(of(1, 2, 3), [[1, 3]], 'a feed that stops on Wednesday')
  t.same(of(1, 2, 3, 4, 5, 8, 9), [[1, 9]], 'a weekend')
  t.same(of(5, 22), [[5, 7], [22, 22]], 'a weekend with its Friday, and a gap')
  t.same(of(6, 7), [[6, 7]])
  t.same(of(22, 1, 8, 15), [[1, 22]], 'once a week, in any order')
  t.same(of(1, 9), [[1, 1], [9, 9]], 'more than a week')
})

t.test('the version in force', async (t) => {
  const version = (number: number, effective_from: string, state = 'agreed') =>
    ({ version: number, effective_from, state }) as KpiVersion
  const versions = [
    version(1, '2000-01-01'),
    version(2, '2015-08-13'),
    version(3, '2014-01-01', 'proposed'),
    version(4, '2020-01-01', 'retired'),
    version(5, '2022-01-01')
  ]
  t.equal(versionInForce(versions, '2015-08-12')?.version, 1)
  t.equal(versionInForce(versions, '2015-08-13')?.version, 2)
  t.equal(versionInForce(versions, '1999-12-31'), undefined)
  t.equal(versionInForce(versions, '2021-01-01'), undefined, 'retired')
  t.equal(versionInForce(versions, '2022-01-01')?.version, 5)
})

t.test('figures cover days', async (t) => {
  const figure = (start: number, end: number, value: number): ObservedValue => ({
    range: { start, end }, value, provisional: false, revised: false, note: ''
  })
  const june = { start: dayOf(2014, 6, 1), end: dayOf(2014, 7, 1) }
  const weeks = [
    dayOf(2014, 5, 26), dayOf(2014, 6, 2), dayOf(2014, 6, 9), dayOf(2014, 6, 16), dayOf(2014, 6, 23), dayOf(2014, 6, 30)
  ]
    .map((start, i) => figure(start, start + 7, 10 ** i))
  t.match(
    addFlow(weeks, june),
    { value: 11_110, covered: [{ start: dayOf(2014, 6, 2), end: dayOf(2014, 6, 30) }] },
    'straddling weeks count for neither month'
  )
  t.equal(addFlow([...weeks, figure(june.start, june.end, 7)], june).value, 7, 'the month’s own figure holds')
  t.same(addFlow([], june).value, null)
  t.match(
    lastStock([figure(june.start - 90, june.start + 275, 5)], june),
    { value: 5, covered: [june] },
    'a year’s stock stands for a month'
  )
  t.equal(lastStock([figure(june.start, june.start + 1, 5), figure(june.start + 3, june.start + 4, 6)], june).value, 6)
  const [quarter, year] = [figure(june.start - 61, june.end, 90), figure(june.start - 151, june.start + 214, 99)]
  t.equal(
    lastStock([year, figure(june.start, june.end, 10)], june).value, 10, 'a year’s does not overrule the month’s own'
  )
  t.equal(lastStock([year, figure(june.start, june.start + 7, 11)], june).value, 11, 'nor a figure within the month')
  t.equal(lastStock([year, quarter], june).value, 90, 'the quarter’s is nearer than the year’s')
  t.same(intersect([{ start: 0, end: 10 }], [{ start: 5, end: 7 }, { start: 7, end: 20 }]), [{ start: 5, end: 10 }])
})

t.test('quartiles and ranks', async (t) => {
  // Hyndman and Fan type 7: R's quantile(c(1, 2, 4, 8)) gives 1.75, 3 and 5.
  t.same(quartilesOf([8, 1, 4, 2]), { lower: 1.75, median: 3, upper: 5 })
  t.equal(quantile([7], 0.25), 7)
  t.equal(quartilesOf([]), undefined)
  t.same(rankValues([10, 30, 20, 30, null], 'higher', 4).map(({ rank }) => rank), [4, 1, 3, 1, null])
  t.same(rankValues([10, 30, 20, 30, null], 'lower', 4).map(({ rank }) => rank), [1, 3, 2, 3, null])
  t.same(rankValues([1, 2, 3, 4, 5, 6, 7, 8], 'lower', 4).map(({ quartile }) => quartile), [1, 1, 2, 2, 3, 3, 4, 4])
  t.same(rankValues([1, 2, 3, 4, 5, 6, 7, 8], 'higher', 4).map(({ quartile }) => quartile), [4, 4, 3, 3, 2, 2, 1, 1])
  t.same(rankValues([1, 2], 'none', 4), [{ rank: 2, quartile: null }, { rank: 1, quartile: null }])
  t.same(rankValues([1, null], 'lower', 1), [{ rank: null, quartile: null }, { rank: null, quartile: null }], 'alone')
  t.same(rankValues([1, 2, 3], 'lower', 4).map(({ rank, quartile }) => [rank, quartile]), [[1, null], [2, null], [3, null]])
  t.same(rankValues([1, 2, 3], 'lower', 3).map(({ quartile }) => quartile), [1, 2, 4])
})

t.test('savings', async (t) => {
  // A quarter was digital; of 2,000 now 900 are: 400 moved, at 5.00 each.
  t.same(channelShift({ part: 250, whole: 1000 }, { part: 900, whole: 2000 }, 500), {
    expected: 500, actual: 900, moved: 400, pence: 200_000
  })
  // 2 in 100 failed; of 5,000 now 60 do instead of 100: 40 avoided, at 50.00 each.
  t.same(avoidedFailures({ part: 20, whole: 1000 }, { part: 60, whole: 5000 }, 5000), {
    expected: 100, actual: 60, moved: 40, pence: 200_000
  })
  t.same(avoidedFailures({ part: 20, whole: 1000 }, { part: 120, whole: 5000 }, 5000), {
    expected: 100, actual: 120, moved: -20, pence: -100_000
  })
  t.equal(channelShift({ part: 0, whole: 0 }, { part: 1, whole: 1 }, 500), undefined)
})
