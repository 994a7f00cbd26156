import t from 'tap'
import { draw } from '../../../src/charts/drawing/draw.ts'
import { periodInWords, rangeInWords, tickOf } from '../../../src/charts/drawing/dates.ts'
import { apart } from '../../../src/charts/drawing/ends.ts'
import { textWidth, wrap, wrapUpTo } from '../../../src/charts/drawing/text.ts'
import { ticksOf } from '../../../src/charts/drawing/ticks.ts'
import { scaleOf } from '../../../src/charts/drawing/units.ts'
import { PERIODS, addPeriods, type Period } from '../../../src/domain/period.ts'
import { comparisonChart, day, FULL, seriesChart, values } from '../../support/chart-specs.ts'
import { readSvg, textsOf } from '../../support/svg.ts'

t.test('dates in plain words', async (t) => {
  const words = (period: Period, from: string): string =>
    periodInWords(period, { start: day(from), end: addPeriods(period, day(from), 1) })
  t.equal(words('day', '2014-05-26'), '26 May 2014')
  t.equal(words('week', '2014-05-26'), 'week of 26 May to 1 June 2014')
  t.equal(words('week', '2014-12-29'), 'week of 29 December 2014 to 4 January 2015')
  t.equal(words('month', '2014-05-01'), 'May 2014')
  t.equal(words('quarter', '2014-10-01'), 'October to December 2014')
  t.equal(words('financial_quarter', '2015-01-01'), 'January to March 2015')
  t.equal(words('year', '2014-01-01'), '2014')
  t.equal(words('financial_year', '2014-04-01'), '2014/15')
  t.equal(words('financial_year', '1999-04-01'), '1999/00')
  t.equal(periodInWords('month', { start: day('2014-05-10'), end: day('2014-06-01') }), '10 to 31 May 2014', 'cut short')
  t.equal(periodInWords('financial_year', { start: day('2014-04-01'), end: day('2014-05-01') }), '1 to 30 April 2014')
  t.equal(rangeInWords({ start: day('2014-05-26'), end: day('2014-05-27') }), '26 May 2014')
  t.same(PERIODS.map((period) => tickOf(period, { start: day('2015-01-01'), end: day('2015-01-02') })), [
    { label: '1 Jan', under: '2015' },
    { label: '1 Jan', under: '2015' },
    { label: 'Jan', under: '2015' },
    { label: 'Jan–Mar', under: '2015' },
    { label: '2015', under: '' },
    { label: 'Jan–Mar', under: '2014/15' },
    { label: '2014/15', under: '' }
  ])
})

t.test('labels of periods: the year where it changes, and no more than fit', async (t) => {
  const months = (width: number): string[] => textsOf(readSvg(draw(
    seriesChart({ '': values(...Array.from({ length: 12 }, () => 'missing' as const)) }, { period: 'month', from: '2014-04-01', width })
  ))).filter((text) => /^[A-Z][a-z]{2}(20\d\d)?$/.test(text))
  t.same(months(640), ['Apr2014', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'Jan2015', 'Feb', 'Mar'])
  t.same(months(320), ['Apr2014', 'Jun', 'Aug', 'Oct', 'Dec', 'Feb2015'])
})

t.test('values in the words of their units', async (t) => {
  const said = (unit: string, value: number, largest = value): string => scaleOf(unit, largest).format(value)
  t.equal(said('count', 1_234_567), '1,234,567')
  t.equal(said('percent', 33.52941), '33.5%')
  t.equal(said('pence', 123_456), '£1,234.56')
  t.equal(said('pence', 123_400), '£1,234')
  t.equal(said('pence', -50), '−£0.50')
  t.equal(said('score', 4.256), '4.26')
  t.equal(said('collections', 412_000), '412,000')
  t.equal(said('seconds', 45), '45 seconds')
  t.equal(said('seconds', 1), '1 second')
  t.equal(said('seconds', 90), '90 seconds')
  t.equal(said('seconds', 150), '2.5 minutes')
  t.equal(said('seconds', 3600), '1 hour')
  t.equal(said('seconds', 5 * 86_400), '5 days')
  const axis = (unit: string, largest: number): [string, number] => {
    const { axis, divisor } = scaleOf(unit, largest)
    return [axis, divisor]
  }
  t.same(axis('seconds', 100), ['Seconds', 1])
  t.same(axis('seconds', 600), ['Minutes', 60])
  t.same(axis('seconds', 7200), ['Hours', 3600])
  t.same(axis('seconds', 200_000), ['Days', 86_400])
  t.same(axis('pence', 5), ['', 100])
  t.same(axis('per-1000', 5), ['Per 1,000', 1])
  t.same(axis('per-100000', 5), ['Per 100,000', 1])
  t.same(axis('collections', 5), ['Collections', 1])
})

t.test('ticks are round, and begin at 0', async (t) => {
  t.same(ticksOf(0, 9, 5, true), [0, 2, 4, 6, 8, 10])
  t.same(ticksOf(0, 0.3, 5, false), [0, 0.1, 0.2, 0.3])
  t.same(ticksOf(0, 3, 5, true), [0, 1, 2, 3])
  t.same(ticksOf(0, 0, 5, true), [0, 1])
  t.same(ticksOf(-3, 0, 5, false), [-3, -2, -1, 0])
  t.same(ticksOf(40, 60, 5, false), [0, 20, 40, 60])
  t.equal(ticksOf(0, 1e12, 5, true).length, 6)
})

t.test('lines of text', async (t) => {
  t.ok(textWidth('WWW', 12) > 2 * textWidth('iii', 12))
  t.ok(textWidth('a', 12, true) > textWidth('a', 12))
  t.same(wrap('one two three', textWidth('one two', 12), 12), ['one two', 'three'])
  t.equal(wrap('x'.repeat(100), 60, 12).join(''), 'x'.repeat(100), 'a long word is broken')
  t.ok(wrap('x'.repeat(100), 60, 12).every((line) => textWidth(line, 12) <= 60))
  t.same(wrap('', 60, 12), [])
  t.same(wrapUpTo(1, 'one two three', 60, 12), ['one two…'])
  t.same(wrapUpTo(2, 'one two three', 60, 12), ['one two', 'three'])
})

t.test('what would touch is moved apart', async (t) => {
  t.same(apart([10, 12, 100], [20, 20, 20], 0, 200), [10, 30, 100])
  t.same(apart([195, 198], [20, 20], 0, 200), [170, 190], 'and stays within')
  t.same(apart([50, 20], [10, 10], 0, 100), [50, 20], 'in its order')
})

t.test('the description tells what the lines and bars show', async (t) => {
  const described = (chart: Parameters<typeof draw>[0]): string => readSvg(draw(chart)).querySelector('desc')?.textContent ?? ''
  t.equal(
    described(seriesChart({ '': values(10, 'missing', 30, 20) }, { period: 'month', from: '2014-05-01' })),
    'Line chart, by month, May 2014 to August 2014. 10 in May 2014, 20 in August 2014; lowest 10 in May 2014, highest ' +
      '30 in July 2014. Periods without a value: 1 missing.'
  )
  t.match(described(seriesChart({ Web: values(5), Post: values('not-yet') })), /Web: 5 in week of .*Post: no values\. .*1 not yet\./)
  t.match(described(FULL['comparison']!), /Bar chart of 3 authorities\. Median 40%\. 1: Solihull 62\.5%\. .*No value, Nothing was reported: Ealing, Enfield\./)
  const many = described(comparisonChart(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`Authority of long name ${i}`, 60 - i]))))
  t.ok(many.length < 1700 && many.endsWith('… All values are in the JSON and CSV of the same address.'))
})
