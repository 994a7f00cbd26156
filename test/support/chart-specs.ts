import type { ChartValue, ComparisonChart, SeriesChart } from '../../src/charts/spec.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { addPeriods, type Period } from '../../src/domain/period.ts'
import type { Status } from '../../src/domain/status.ts'

export const day = (text: string): number => parseDay(text) ?? NaN

/** A value that is there; or the reason why none is. */
export const values = (...some: Array<number | Status>): ChartValue[] =>
  some.map((one) => typeof one === 'number' ? { value: one, status: one === 0 ? 'zero' : 'ok' } : { value: null, status: one })

/** Lines over so many periods from a day on; `more` says what is different about them. */
export function seriesChart (
  lines: Record<string, ChartValue[]>, more: Partial<SeriesChart> & { from?: string } = {}
): SeriesChart {
  const { from = '2014-05-26', ...others } = more
  const period: Period = more.period ?? 'week'
  const count = Object.values(lines)[0]?.length ?? 4
  const periods = Array.from({ length: count }, (_, i) => ({
    start: addPeriods(period, day(from), i), end: addPeriods(period, day(from), i + 1)
  }))
  return {
    kind: 'series',
    title: 'Report a missed bin: transactions, Solihull Metropolitan Borough Council',
    subtitle: 'By week',
    unit: 'count',
    axis: 'Transactions',
    caption: ['Source: Solihull.', 'Open Government Licence v3.0.'],
    width: 640,
    height: 480,
    period,
    periods,
    series: Object.entries(lines).map(([name, values]) => ({ name, values })),
    targets: [],
    notes: [],
    ...others
  }
}

/** Bars of percents by rank; `more` says what is different about them. */
export function comparisonChart (bars: Record<string, number>, more: Partial<ComparisonChart> = {}): ComparisonChart {
  return {
    kind: 'comparison',
    title: 'Digital take-up: authorities compared',
    subtitle: 'May 2014',
    unit: 'percent',
    axis: '',
    caption: ['Source: the authorities shown.'],
    width: 640,
    rows: Object.entries(bars).map(([name, value], i) => ({ name, value, rank: i + 1, status: 'ok' })),
    more: 0,
    quartiles: { lower: 30, median: 40, upper: 50 },
    target: null,
    without: [],
    together: { value: 41.5, reporting: 3, authorities: 5 },
    hasOwnTargets: false,
    ...more
  }
}

/** Charts with everything that one may hold. */
export const FULL: Record<string, SeriesChart | ComparisonChart> = {
  one: seriesChart({
    '': [
      ...values(10, 'missing', 12, 'suppressed', 'not-yet', 'not-delivered', 0, 14),
      { value: 15, status: 'revised' }, { value: 16, status: 'partial' }, { value: 17, status: 'provisional' }
    ]
  }, {
    targets: Array.from({ length: 11 }, (_, i) => i < 4 ? { at_least: 12 } : { at_least: 14, at_most: 20 }),
    notes: [
      { on: day('2014-06-18'), text: 'Wards changed.', isBreak: true },
      { on: day('2014-06-19'), text: 'Crews on strike', isBreak: false }
    ]
  }),
  twelve: seriesChart(Object.fromEntries(Array.from({ length: 12 }, (_, i) =>
    [`Channel ${i}`, values(i, i + 1, i % 2 === 0 ? 'missing' : i, i + 3, 'not-yet')]
  ))),
  narrow: seriesChart({ 'Website or app': values(1, 2, 3), Email: values(2, 'missing', 1) }, { width: 320 }),
  comparison: comparisonChart({ Solihull: 62.5, Birmingham: 45, Rutland: 30 }, {
    target: { at_least: 50 }, without: [{ why: 'Nothing was reported', names: ['Ealing', 'Enfield'] }], hasOwnTargets: true, more: 2
  }),
  bars320: comparisonChart({ 'Bournemouth, Christchurch and Poole Council of the Sea': 20, Ely: 10 }, { width: 320 })
}
