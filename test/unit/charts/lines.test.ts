import t from 'tap'
import { draw } from '../../../src/charts/drawing/draw.ts'
import { COLOURS, GREY, PAPER, TARGET } from '../../../src/charts/drawing/palette.ts'
import type { SeriesChart } from '../../../src/charts/spec.ts'
import { day, seriesChart, values } from '../../support/chart-specs.ts'
import { all, inherited, readSvg, textsOf, type SvgElement } from '../../support/svg.ts'

const [BLUE] = COLOURS
const drawn = (chart: SeriesChart): SvgElement => readSvg(draw(chart))

/** The pieces of a line of a colour, each the places of its values. */
function piecesOf (svg: SvgElement, colour: string): Array<Array<[x: number, y: number]>> {
  const line = all(svg, 'path').find((path) =>
    inherited(path, 'stroke') === colour && inherited(path, 'fill') === 'none' && path.getAttribute('d')?.startsWith('M'))
  return (line?.getAttribute('d') ?? '').split('M').slice(1).map((piece) =>
    piece.replace('Z', '').split('L').map((place): [number, number] => {
      const [x = NaN, y = NaN] = place.split(',').map(Number)
      return [x, y]
    })
  )
}

/** Where the value 0 is drawn, in pixels. */
const zeroOf = (svg: SvgElement): number => {
  const text = all(svg, 'text').find(({ textContent }) => /^[£−]?0%?$/.test(textContent))
  return Number(/,([\d.]+)\)/.exec(text?.getAttribute('transform') ?? '')?.[1])
}

const bandsOf = (svg: SvgElement): Array<[pattern: string, x: number, width: number]> =>
  all(svg, 'rect').filter((rect) => inherited(rect, 'fill')?.startsWith('url(') && inherited(rect, 'stroke') === GREY)
    .map((rect) => [
      /chart-\w+-(.*)\)/.exec(inherited(rect, 'fill') ?? '')?.[1] ?? '',
      Number(rect.getAttribute('x')),
      Number(rect.getAttribute('width'))
    ])

t.test('a line is broken where there is no value, and is drawn at 0 where there is a 0', async (t) => {
  const svg = drawn(seriesChart({ '': values(10, 20, 'missing', 5, 0, 'suppressed', 8, 'not-yet', 'not-delivered') }))
  const pieces = piecesOf(svg, BLUE)
  t.same(pieces.map((piece) => piece.length), [2, 2, 1])
  const zero = zeroOf(svg)
  t.same(pieces.flat().filter(([, y]) => Math.abs(y - zero) < 0.5).length, 1, 'the zero alone')
  const xs = pieces.flat().map(([x]) => x)
  t.equal(xs.length, 5)
  const circles = all(svg, 'circle').filter((circle) => inherited(circle, 'fill') === BLUE)
  t.equal(circles.length, 5, 'each value has its marker; none where there is no value')
})

t.test('what has no value is hatched, by why, and the hatching is explained', async (t) => {
  const svg = drawn(seriesChart({ '': values(10, 'missing', 'missing', 'suppressed', 4, 'not-yet', 'not-delivered') }))
  const bands = bandsOf(svg)
  t.same(bands.map(([pattern]) => pattern).sort(), ['missing', 'not-delivered', 'not-yet', 'suppressed'])
  const [missing, suppressed] = ['missing', 'suppressed'].map((name) => bands.find(([pattern]) => pattern === name))
  t.ok(missing && suppressed && Math.abs(missing[2] - 2 * suppressed[2]) < 0.1, 'two periods are one band')
  const texts = textsOf(svg).join(' ')
  for (const words of [/Missing: .*Not 0\./, /Suppressed: .*Not 0\./, /Not yet: /, /Not delivered here: /]) t.match(texts, words)
  t.notMatch(textsOf(drawn(seriesChart({ '': values(1, 2) }))).join(' '), /Missing|Suppressed|Not yet|Not delivered/)
})

t.test('of several lines, what one of them lacks stands in a row of its own under the axis', async (t) => {
  const svg = drawn(seriesChart({ Web: values(10, 20, 'missing', 5), Post: values(3, 'suppressed', 'missing', 2) }))
  const bands = bandsOf(svg)
  t.same(bands.map(([pattern]) => pattern).sort(), ['missing', 'suppressed'])
  const zero = zeroOf(svg)
  const yOf = (pattern: string): number => Number(
    all(svg, 'rect').find((rect) => inherited(rect, 'fill')?.includes(`-${pattern})`) && inherited(rect, 'stroke') === GREY)
      ?.getAttribute('y')
  )
  t.ok(yOf('missing') < zero, 'what all of them lack is a band over the lines')
  t.ok(yOf('suppressed') > zero, 'what one lacks is under them')
})

t.test('values that may change, are of few days or were corrected are marked', async (t) => {
  const [plain, provisional, partial, revised] = (['ok', 'provisional', 'partial', 'revised'] as const).map((status) =>
    drawn(seriesChart({ '': [...values(10, 11), { value: 12, status }] })))
  const hollow = (svg: SvgElement | undefined): number =>
    all(svg as SvgElement, 'circle').filter((circle) =>
      inherited(circle, 'fill') === PAPER && inherited(circle, 'stroke') === BLUE).length
  t.equal(hollow(plain), 0)
  t.equal(hollow(provisional), 2, 'in the line and in the key')
  t.equal(hollow(partial), 2)
  t.match(textsOf(provisional as SvgElement).join(' '), /Provisional: /)
  t.match(textsOf(partial as SvgElement).join(' '), /Partial: /)
  t.match(textsOf(revised as SvgElement).join(' '), /Revised: /)
  t.equal(all(revised as SvgElement, 'circle').length - all(plain as SvgElement, 'circle').length, 3, 'a ring, and the key')
})

t.test('axes begin at 0, and what is counted has no halves', async (t) => {
  const ticks = (chart: SeriesChart): string[] =>
    all(drawn(chart), 'text').filter((text) => inherited(text, 'text-anchor') === 'end').map(({ textContent }) => textContent)
  t.same(ticks(seriesChart({ '': values(1000, 1010, 1020) })), ['0', '250', '500', '750', '1,000', '1,250'])
  t.same(ticks(seriesChart({ '': values(1, 2, 1) })), ['0', '1', '2'])
  t.same(ticks(seriesChart({ '': values(0, 0) })), ['0', '1'])
  t.same(ticks(seriesChart({ '': values('missing') })), ['0', '1'])
  t.same(ticks(seriesChart({ '': values(0.5, 0.4) }, { unit: 'percent' })), ['0%', '0.1%', '0.2%', '0.3%', '0.4%', '0.5%'])
  t.same(ticks(seriesChart({ '': values(-5, 10) }, { unit: 'score' })), ['−5', '0', '5', '10'])
  t.same(ticks(seriesChart({ '': values(10_000, 25_000) }, { unit: 'pence' })), ['£0', '£50', '£100', '£150', '£200', '£250'])
})

t.test('a break is a line from top to bottom with a letter, which a note explains', async (t) => {
  const chart = seriesChart({ '': values(1, 2, 3, 4) })
  const svg = drawn({
    ...chart,
    notes: [
      { on: day('2014-06-11'), text: 'Wards of Solihull changed.', isBreak: true },
      { on: day('2014-06-11'), text: 'Crews on strike', isBreak: false },
      { on: day('2015-06-11'), text: 'Of another year', isBreak: true },
      { on: day('2014-06-02'), text: 'A new lorry', isBreak: false }
    ]
  })
  const texts = textsOf(svg)
  t.ok(texts.includes('11 June 2014: Wards of Solihull changed. Crews on strike'), 'one line a day')
  t.ok(texts.includes('2 June 2014: A new lorry'))
  t.notMatch(texts.join(' '), /another year/)
  t.equal(texts.filter((text) => text === 'A').length, 2, 'over its line and before its note')
  t.equal(texts.filter((text) => text === 'B').length, 2)
  const rules = all(svg, 'line').filter((line) => inherited(line, 'stroke-width') === '1.75')
  t.equal(rules.length, 1, 'the break is thicker')
  const [x1] = piecesOf(svg, BLUE)[0]?.[2] ?? []
  const at = Number(rules[0]?.getAttribute('x1'))
  t.ok(x1 !== undefined && at < x1, 'it lies within its week, before the middle')
  const many = drawn({
    ...chart, notes: Array.from({ length: 14 }, (_, i) => ({ on: day('2014-05-27') + i, text: `Note ${i}`, isBreak: i === 13 }))
  })
  t.match(textsOf(many).join(' '), /Note 13 \(4 more notes are in the JSON\.\)/, 'ten at most, breaks first')
})

t.test('a target is a line with its words; one that changed has its days', async (t) => {
  const chart = seriesChart({ '': values(10, 20, 30, 40) }, { unit: 'percent', period: 'month', from: '2014-04-01' })
  const one = drawn({ ...chart, targets: chart.periods.map(() => ({ at_least: 80 })) })
  t.ok(textsOf(one).includes('Target: at least 80%'))
  t.equal(all(one, 'line').filter((line) => inherited(line, 'stroke') === TARGET).length, 2, 'the line and its sign')
  t.ok(textsOf(one).includes('100%') || textsOf(one).includes('80%'), 'the axis reaches it')
  const two = drawn({ ...chart, targets: [{ at_most: 30 }, { at_most: 30 }, { at_most: 25 }, { at_most: 25 }] })
  t.ok(textsOf(two).includes('Target: at most 30%, 1 April to 31 May 2014'))
  t.ok(textsOf(two).includes('Target: at most 25%'))
  const narrow = drawn({ ...chart, width: 320, targets: chart.periods.map(() => ({ at_least: 80 })) })
  t.ok(textsOf(narrow).includes('Target: at least 80%'), 'in the key where there is no room beside the lines')
  t.notMatch(textsOf(drawn(chart)).join(' '), /Target/)
})

t.test('lines are named at their ends, or in a key where there is no room', async (t) => {
  const lines = { 'Website or app': values(10, 12, 14), Email: values(10, 12, 14), Post: values('missing', 'missing', 'missing') }
  for (const width of [320, 640]) {
    const svg = drawn(seriesChart(lines, { width }))
    for (const name of Object.keys(lines)) t.equal(textsOf(svg).filter((text) => text === name).length, 1, `${name} at ${width}`)
  }
  const svg = drawn(seriesChart(lines, { width: 640 }))
  const places = Object.keys(lines).map((name) => Number(
    all(svg, 'text').find(({ textContent }) => textContent === name)?.getAttribute('y')
  ))
  for (const [i, place] of places.entries()) {
    for (const other of places.slice(i + 1)) t.ok(Math.abs(place - other) >= 15, 'none upon another')
  }
})

t.test('what is seen of values: all of few, a line of many', async (t) => {
  t.ok(textsOf(drawn(seriesChart({ '': values(1234, 99) }))).includes('1,234'), 'in figures')
  const days = seriesChart({ '': values(...Array.from({ length: 365 }, (_, i) => i)) }, { period: 'day' })
  const svg = drawn(days)
  t.equal(all(svg, 'circle').length, 0)
  t.equal(piecesOf(svg, BLUE).flat().length, 365)
  const alone = drawn({ ...days, series: [{ name: '', values: days.periods.map((_, i) => values(i === 100 ? 5 : 'missing')[0]!) }] })
  t.equal(all(alone, 'circle').length, 1, 'a value between gaps would not be seen without a marker')
  t.ok(textsOf(drawn(seriesChart({}))).includes('No figures for these periods.'))
})

t.test('an image is as high as asked, or as its words need', async (t) => {
  t.equal(drawn(seriesChart({ '': values(1, 2) }, { height: 700 })).getAttribute('height'), '700')
  t.ok(Number(drawn(seriesChart({ '': values(1, 'missing') }, {
    height: 320, width: 320, caption: [`Source: ${'a very long name '.repeat(30)}`]
  })).getAttribute('height')) > 500)
})
