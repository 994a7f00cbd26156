import t from 'tap'
import { draw } from '../../../src/charts/drawing/draw.ts'
import { COLOURS, INK, PAPER, TARGET } from '../../../src/charts/drawing/palette.ts'
import { comparisonChart } from '../../support/chart-specs.ts'
import { all, inherited, readSvg, textsOf, type SvgElement } from '../../support/svg.ts'

const [BLUE] = COLOURS
const BARS = { Solihull: 60, Birmingham: 45, Rutland: 30 }
const barsOf = (svg: SvgElement): number[] =>
  all(svg, 'rect').filter((rect) => inherited(rect, 'fill') === BLUE).map((rect) => Number(rect.getAttribute('width')))
const drawn = (...chart: Parameters<typeof comparisonChart>): SvgElement => readSvg(draw(comparisonChart(...chart)))
const joined = (svg: SvgElement): string => textsOf(svg).join(' ')

t.test('bars by rank, as long as their values, from 0', async (t) => {
  const svg = drawn(BARS)
  const [first = 0, second = 0, third = 0] = barsOf(svg)
  t.ok(Math.abs(first / third - 2) < 0.01 && Math.abs(second / third - 1.5) < 0.01)
  const names = textsOf(svg).filter((text) => /^\d\. /.test(text))
  t.same(names, ['1. Solihull', '2. Birmingham', '3. Rutland'])
  for (const value of ['60%', '45%', '30%']) t.ok(textsOf(svg).includes(value))
})

t.test('median and quartiles are lines over the bars', async (t) => {
  const svg = drawn(BARS)
  t.ok(textsOf(svg).includes('Median 40%'))
  t.ok(textsOf(svg).includes('Lower quartile 30%, upper quartile 50%'))
  const none = drawn(BARS, { quartiles: undefined })
  t.notMatch(joined(none), /Median|quartile/)
  t.equal(all(svg, 'line').filter((line) => inherited(line, 'stroke') === INK).length, 1 + 3 + 2, 'with that of 0, and the key')
  const within = all(svg, 'line').filter((line) => inherited(line, 'stroke') === PAPER)
  t.equal(within.length, 5, 'white where a bar is longer: two of 30, two of 40 and one of 50')
})

t.test('what is not ranked, provisional or revised says so', async (t) => {
  const chart = comparisonChart(BARS)
  const [first, second, third] = chart.rows
  const svg = readSvg(draw({
    ...chart,
    rows: [{ ...first!, status: 'provisional' }, { ...second!, status: 'revised' }, { ...third!, rank: null, status: 'partial' }]
  }))
  t.equal(barsOf(svg).length, 2)
  const hollow = all(svg, 'rect').filter((rect) => inherited(rect, 'fill') === PAPER && inherited(rect, 'stroke') === BLUE)
  t.equal(hollow.length, 2, 'the bar and the key')
  for (const text of ['60% [p]', '45% [r]', 'Rutland', 'Not ranked: too few days, cases or authorities to compare']) {
    t.ok(textsOf(svg).includes(text), text)
  }
  t.match(joined(svg), /\[p\] Provisional: .*\[r\] Revised: /)
  t.notMatch(joined(drawn(BARS)), /Not ranked|\[p\]|\[r\]/)
})

t.test('authorities without a value are listed with why, and are no bars', async (t) => {
  const svg = drawn(BARS, {
    without: [
      { why: 'Nothing was reported', names: Array.from({ length: 50 }, (_, i) => `District${i}`) },
      { why: 'Too small to publish', names: ['Ely'] }
    ],
    more: 7,
    hasOwnTargets: true
  })
  t.equal(barsOf(svg).length, 3)
  t.match(joined(svg), /Without a value, which is not 0:.*Nothing was reported: District0, .*District39 and 10 more/)
  t.match(joined(svg), /Too small to publish: Ely/)
  t.match(joined(svg), /7 more have a value and are not drawn\./)
  t.match(joined(svg), /Some authorities have a target of their own/)
  t.match(joined(svg), /All of the group together: 41\.5% \(3 of 5 authorities have a value\)\./)
  t.notMatch(joined(drawn(BARS, { together: { value: null, reporting: 0, authorities: 2 } })), /together/)
  const none = drawn({}, { quartiles: undefined })
  t.ok(textsOf(none).includes('No authority has a value.'))
})

t.test('a target is a line over the bars', async (t) => {
  const svg = drawn(BARS, { target: { at_least: 80 } })
  t.ok(textsOf(svg).includes('Target: at least 80%'))
  t.equal(all(svg, 'line').filter((line) => inherited(line, 'stroke') === TARGET).length, 2)
  t.ok((barsOf(svg)[0] ?? 0) < (barsOf(drawn(BARS))[0] ?? 0), 'the axis reaches it')
})

t.test('long names fit, beside their bars or above them', async (t) => {
  const long = 'Bournemouth, Christchurch and Poole Council with the Boroughs of the Purbeck Hills and the Isle'
  for (const width of [320, 640]) {
    const svg = drawn({ [long]: 50, Ely: 20 }, { width })
    const texts = all(svg, 'text')
    const shown = texts.map(({ textContent }) => textContent)
    t.notOk(shown.some((text) => text.length * 5 > width), 'lines are broken')
    t.ok(shown.some((text) => text.startsWith('1. Bournemouth,')))
    if (width === 320) t.ok(shown.join(' ').includes(long), 'all of it where there is room')
    else t.ok(shown.some((text) => text.endsWith('…')), 'two lines at most')
  }
})

t.test('lines do not cross out names that stand above bars', async (t) => {
  const longest = (width: number): number => Math.max(...all(drawn(BARS, { width }), 'line')
    .filter((line) => inherited(line, 'stroke') === INK && line.getAttribute('x1') === line.getAttribute('x2'))
    .map((line) => Number(line.getAttribute('y2')) - Number(line.getAttribute('y1'))).map(Math.abs))
  t.ok(longest(640) > 60, 'from top to bottom')
  t.ok(longest(320) <= 20, 'a piece for each bar')
})
