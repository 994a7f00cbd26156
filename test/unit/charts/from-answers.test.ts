import t from 'tap'
import { Directory } from '../../../src/catalogue/directory.ts'
import { NO_ROWS } from '../../../src/catalogue/store/catalogue.ts'
import { chartOfComparison } from '../../../src/charts/from-comparison.ts'
import { chartOfSeries } from '../../../src/charts/from-series.ts'
import type { Comparison } from '../../../src/kpi/comparison.ts'
import type { SeriesChart } from '../../../src/charts/spec.ts'
import type { SeriesAnswer } from '../../../src/series/shape.ts'
import { day } from '../../support/chart-specs.ts'

const directory = new Directory(NO_ROWS, day('2014-07-10'))
const source = { licence: 'OGL', attribution: 'mySociety', today: day('2014-07-10'), isPublic: true }
const service = { id: 1, slug: 'report-missed-bin', title: 'Report a missed bin' }
const range = { start: day('2014-06-01'), end: day('2014-07-01') }

/** A comparison as it is answered; what of it no chart looks at is left out. */
function comparison (values: Array<number | null>, more: object = {}): Comparison {
  return {
    service,
    range,
    version: undefined,
    rows: values.map((value, i) => ({
      authority: { id: i, short_name: `District ${i}` },
      provider: i === 0 ? { short_name: 'The County' } : undefined,
      figure: { value, status: value === null ? 'missing' : 'ok', reason: value === null && i % 2 === 0 ? 'no-denominator' : null },
      ranking: { rank: value === null ? null : i + 1 }
    })),
    quartiles: { quartiles: undefined },
    group: { rate: { value: null }, reporting: 0, authorities: 0 },
    basis: null,
    ...more
  } as unknown as Comparison
}

t.test('bars: at most sixty, or the first of them', async (t) => {
  const asked = (top?: number) => ({
    directory, kpi: 'take-up', parameters: { period: 'month' as const, group: 'all', ...(top !== undefined && { top }) }, source, width: 640
  })
  const many = comparison(Array.from({ length: 61 }, (_, i) => 100 - i))
  t.throws(() => chartOfComparison(asked(), many), { code: 'invalid-request', message: /61 have a value/ })
  t.match(chartOfComparison(asked(60), many), { rows: { length: 60 }, more: 1 })
  const sixty = comparison(Array.from({ length: 60 }, (_, i) => i))
  t.match(chartOfComparison(asked(), sixty), { rows: { length: 60 }, more: 0 })
})

t.test('who has no value is listed by why, the commonest first; a body that delivers for another is named', async (t) => {
  const asked = { directory, kpi: 'take-up', parameters: { period: 'month' as const, group: 'my-club' }, source, width: 640 }
  const chart = chartOfComparison(asked, comparison([5, 4, null, null, null]))
  t.same(chart.rows.map(({ name }) => name), ['District 0 (by The County)', 'District 1'])
  t.same(chart.without, [
    { why: 'No figure was reported for the denominator', names: ['District 2', 'District 4'] },
    { why: 'Missing', names: ['District 3'] }
  ])
  t.match(chart, { title: 'take-up, Report a missed bin: authorities compared', subtitle: 'June 2014, group my-club' })
})

t.test('a series says what it measures', async (t) => {
  const COUNT = { name: 'count', kind: 'count', statistic: 'sum', unit: 'count' }
  const chart = (more: object = {}, groups: Array<Record<string, string>> = [{}], query: object = {}): SeriesChart =>
    chartOfSeries({
      directory,
      query: {
        service,
        type: 'transaction',
        named: [],
        period: 'month',
        periods: [range],
        groupBy: [],
        today: source.today,
        measure: { ...COUNT, ...more },
        ...query
      },
      parameters: {},
      source,
      notes: [],
      size: { width: 640, height: 480 }
    } as unknown as Parameters<typeof chartOfSeries>[0], {
      series: groups.map((group) => ({ group, values: [{ range, value: 5, status: 'ok' }] })), breaks: []
    } as unknown as SeriesAnswer)
  const told = (more: object): string[] => {
    const { title, unit, axis } = chart(more)
    return [title.replace('Report a missed bin: ', '').replace(', no authority', ''), unit, axis]
  }
  t.same(told({}), ['transactions', 'count', 'Transactions'])
  t.same(told({ kind: 'events' }), ['events of transactions', 'count', 'Events of transactions'])
  t.same(told({ kind: 'amount', statistic: 'mean', unit: 'pence' }), ['mean of amounts', 'pence', ''])
  t.same(told({ kind: 'duration', statistic: 'p90', unit: 'seconds' }), ['90th percentile of durations', 'seconds', ''])
  t.same(told({ kind: 'duration', statistic: 'share', unit: 'percent', within: { seconds: 432_000 } }), [
    'share of durations within 5 days', 'percent', ''
  ])
  t.same(told({ kind: 'observed', name: 'collections_made', observed: { title: 'Collections made' }, unit: 'collections' }), [
    'collections made', 'collections', ''
  ])
  const byReason = chart({}, [{ 'attribute:reason': 'not-presented' }, { 'attribute:reason': 'unknown' }], {
    groupBy: ['attribute'], attribute: { declared: { name: 'reason' } }
  })
  t.match(byReason.title, /transactions by reason/)
  t.same(byReason.series.map(({ name }) => name), ['Not presented', 'Not recorded'])
  const twins = chart({}, [{ ward: 'unknown' }, { ward: 'unknown' }])
  t.same(twins.series.map(({ name }) => name), Array(2).fill('Not recorded (unknown)'))
})
