import * as Plot from '@observablehq/plot'
import type { ComparisonBar, ComparisonChart } from '../spec.ts'
import { DASHES, HOLLOW } from './bar-key.ts'
import { PADDING, type Block } from './blocks.ts'
import { COLOURS, GRID, INK, PAPER, TARGET } from './palette.ts'
import { plotOn } from './plot.ts'
import type { Sheet } from './sheet.ts'
import { targetValues } from './targets.ts'
import { LEADING, SMALL, textWidth, wrap, wrapUpTo } from './text.ts'
import { ticksOf } from './ticks.ts'
import type { Scale } from './units.ts'

/** From this width on, names stand beside their bars; else above them. */
const WIDE = 480
const BAR = 14
/** Of the numbers under the bars. */
const TICKS = 24
const leading = Math.round(SMALL * LEADING)

interface Options { scale: Scale, labelOf: (row: ComparisonBar) => string }
/** A vertical line at a value, as it is drawn. */
interface Line { x: number, dash: string, colour: string }
/** A row as it is drawn: `y` and `height` of all of it, `middle` of its bar. */
interface Row extends ComparisonBar { lines: string[], label: string, y: number, height: number, middle: number }

/** Ranked bars with their names and values, and lines for quartiles and target. */
export function barsOf (sheet: Sheet, chart: ComparisonChart, { scale, labelOf }: Options): Block {
  const { width, target } = chart
  const isWide = width >= WIDE
  const room = Math.max(...chart.rows.map((row) => textWidth(labelOf(row), SMALL)))
  const most = isWide
    ? Math.min(width * 0.4, Math.max(...chart.rows.map((row) => textWidth(rankedName(row), SMALL))) + 2)
    : width - 2 * PADDING - room - 8
  const rows = placeRows(chart, labelOf, most, isWide)
  const bottom = rows.reduce((sum, { height }) => sum + height, 6)
  const left = isWide ? PADDING + most + room + 16 : PADDING
  const values = [...rows.map(({ value }) => value / scale.divisor), ...targetValues(target, scale)]
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0, ...values), isWide ? 6 : 3, chart.unit === 'count')
  const lines = linesOf(chart, scale)
  const bars = (isRanked: boolean, style: Plot.RectOptions): Plot.Markish =>
    Plot.rect(rows.filter(({ rank }) => (rank !== null) === isRanked), {
      x1: 0,
      x2: ({ value }: Row) => value / scale.divisor,
      y1: ({ middle }: Row) => middle - BAR / 2,
      y2: ({ middle }: Row) => middle + BAR / 2,
      ...style
    })
  const plot = plotOn(sheet, {
    width,
    height: bottom + TICKS,
    marginLeft: left,
    marginRight: PADDING + 12,
    marginTop: 0,
    marginBottom: TICKS,
    x: { domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1], axis: null },
    y: { type: 'linear', domain: [bottom, 0], axis: null },
    marks: [
      ...isWide ? [Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 })] : [],
      ...lines.flatMap((line) => behind(line, rows, isWide ? { y1: 0, y2: bottom } : undefined)),
      bars(true, { fill: COLOURS[0] }),
      bars(false, { fill: PAPER, ...HOLLOW }),
      ...isWide ? [Plot.ruleX([0], { stroke: INK })] : [],
      Plot.text(ticks, { x: Number, frameAnchor: 'bottom', dy: 16, text: scale.tick, fontSize: SMALL, fill: INK }),
      ...lines.flatMap((line) => within(line, rows, scale))
    ]
  })
  return {
    height: bottom + TICKS,
    draw: (on, top) => {
      on.place(plot, 0, top)
      for (const { lines, label, y, middle } of rows) {
        const base = top + (isWide ? middle - (lines.length - 1) * leading / 2 + 4 : y + SMALL)
        const text = { 'font-size': SMALL, fill: INK }
        const [x, anchor] = isWide ? [left - room - 16, 'end'] : [PADDING, 'start']
        for (const [i, line] of lines.entries()) {
          on.add('text', { x, y: base + i * leading, ...text, 'text-anchor': anchor }, { text: line })
        }
        on.add('text', {
          x: isWide ? left - 8 : width - PADDING, y: isWide ? top + middle + 4 : base, ...text, 'text-anchor': 'end'
        }, { text: label })
      }
    }
  }
}

const rankedName = ({ name, rank }: ComparisonBar): string => rank === null ? name : `${rank}. ${name}`

function placeRows (
  chart: ComparisonChart, labelOf: Options['labelOf'], most: number, isWide: boolean
): Row[] {
  let y = 4
  return chart.rows.map((row): Row => {
    const name = rankedName(row)
    const lines = isWide ? wrapUpTo(2, name, most, SMALL) : wrap(name, most, SMALL)
    const height = isWide ? Math.max(BAR + 8, lines.length * leading + 4) : lines.length * leading + BAR + 8
    const top = y
    y += height
    return {
      ...row, lines, label: labelOf(row), y: top, height, middle: isWide ? top + height / 2 : y - 4 - BAR / 2
    }
  })
}

/** The lines of median, quartiles and target. */
function linesOf ({ quartiles, target }: ComparisonChart, scale: Scale): Line[] {
  const ofQuartiles = quartiles === undefined
    ? []
    : [
        { value: quartiles.lower, dash: DASHES.quartile },
        { value: quartiles.upper, dash: DASHES.quartile },
        { value: quartiles.median, dash: DASHES.median }
      ]
  return [
    ...ofQuartiles.map(({ value, dash }) => ({ x: value / scale.divisor, dash, colour: INK })),
    ...targetValues(target, scale).map((x) => ({ x, dash: DASHES.target, colour: TARGET }))
  ]
}

// Bars are drawn over their lines, so that a line does not hide where a bar ends. Names above the bars would be crossed
// out by a line from top to bottom: there it has a piece for each bar.
function behind (line: Line, rows: readonly Row[], whole: { y1: number, y2: number } | undefined): Plot.Markish[] {
  const pieces = whole === undefined
    ? rows.map(({ middle }) => ({ y1: middle - BAR / 2 - 3, y2: middle + BAR / 2 + 3 }))
    : [whole]
  return [ruleOn(pieces, line, line.colour)]
}

// Within a bar a line goes on in white.
function within (line: Line, rows: readonly Row[], { divisor }: Scale): Plot.Markish[] {
  const longer = rows.filter(({ value }) => value / divisor > line.x && line.x > 0)
    .map(({ middle, rank }) => ({ y1: middle - BAR / 2, y2: middle + BAR / 2, rank }))
  return [
    ruleOn(longer.filter(({ rank }) => rank !== null), line, PAPER),
    ruleOn(longer.filter(({ rank }) => rank === null), line, line.colour)
  ]
}

const ruleOn = (pieces: ReadonlyArray<{ y1: number, y2: number }>, { x, dash }: Line, stroke: string): Plot.Markish =>
  Plot.ruleX(pieces, { x: () => x, y1: 'y1', y2: 'y2', stroke, strokeWidth: 1.75, strokeDasharray: dash })
