import * as Plot from '@observablehq/plot'
import type { SeriesChart } from '../spec.ts'
import type { Block } from './blocks.ts'
import { PADDING } from './blocks.ts'
import { tickLabels } from './axis.ts'
import type { Frame } from './frame.ts'
import { gapMarks, stripOf } from './gaps.ts'
import { lineMarks } from './lines.ts'
import { nameEnds, type End } from './ends.ts'
import { noteMarks } from './note-marks.ts'
import type { PlacedNote } from './notes.ts'
import { GRID, INK, styleOf } from './palette.ts'
import { plotOn } from './plot.ts'
import type { Sheet } from './sheet.ts'
import { drawMarker } from './signs.ts'
import { drawTarget, targetMarks, type TargetRun } from './targets.ts'
import { BODY, SMALL, textWidth } from './text.ts'
import { ticksOf } from './ticks.ts'
import type { Scale } from './units.ts'

interface Options {
  scale: Scale
  notes: readonly PlacedNote[]
  targets: readonly TargetRun[]
  isNamedAtEnds: boolean
  height: number
}

/** Room above the lines for the letters of notes. */
const LETTERS = 22
const TICKS = 38

/** Axes and lines of a chart by period; `height` with the labels under it. */
export function panelOf (sheet: Sheet, chart: SeriesChart, options: Options): Block {
  const { width, series, periods } = chart
  const { scale, notes, targets, height } = options
  const values = series.flatMap((one) => one.values)
    .flatMap(({ value }) => value === null ? [] : [value / scale.divisor])
  const drawn = [...values, ...targets.map(({ value }) => value)]
  const ticks = ticksOf(Math.min(0, ...drawn), Math.max(0, ...drawn), 5, chart.unit === 'count')
  const labels = ticks.map(scale.tick)
  const strip = stripOf(series)
  const top = notes.length > 0 ? LETTERS : 10
  const named = endsOf(chart, options)
  const ends = named.length > 0 ? nameEnds(named, width) : undefined
  const frame: Frame = {
    left: PADDING + Math.max(strip.height > 0 ? 18 : 0, ...labels.map((label) => textWidth(label, SMALL))) + 8,
    right: width - (ends?.width ?? PADDING),
    top,
    bottom: height - TICKS - strip.height,
    low: ticks[0] ?? 0,
    high: ticks.at(-1) ?? 1,
    periods: periods.length
  }
  const shown = tickLabels(chart, frame)
  const plot = plotOn(sheet, {
    width,
    height,
    marginLeft: frame.left,
    marginRight: width - frame.right,
    marginTop: frame.top,
    marginBottom: height - frame.bottom,
    x: { domain: [-0.5, periods.length - 0.5], axis: null },
    y: { domain: [frame.low, frame.high], axis: null },
    marks: [
      Plot.gridY(ticks, { stroke: GRID, strokeOpacity: 1 }),
      ...gapMarks(sheet, series),
      ...strip.marks(sheet, frame),
      Plot.axisY(ticks, { tickFormat: scale.tick, tickSize: 0, fontSize: SMALL, fill: INK, label: null }),
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleX(shown, { x: 'at', y1: frame.low, y2: frame.low, stroke: INK, insetBottom: -5 }),
      Plot.text(shown, {
        x: 'at', y: frame.low, dy: strip.height + 9, text: 'label', fontSize: SMALL, lineAnchor: 'top', fill: INK
      }),
      ...noteMarks(notes, frame),
      ...targetMarks(targets),
      ...lineMarks(series, scale, frame),
      ...series.length === 0
        ? [Plot.text(['No figures for these periods.'], { frameAnchor: 'middle', fontSize: BODY, fill: INK })]
        : []
    ]
  })
  return {
    height,
    draw: (on, y) => {
      on.place(plot, 0, y)
      ends?.draw(on, y, frame)
      strip.sign(on, y, frame, styleOf)
    }
  }
}

/** What is named at the right: series, where there are several, and the last target. */
function endsOf ({ series, periods }: SeriesChart, { scale, targets, isNamedAtEnds }: Options): End[] {
  if (!isNamedAtEnds) return []
  const ofSeries = series.length < 2
    ? []
    : series.map(({ name, values }, i): End => {
      const last = values.findLast(({ value }) => value !== null)?.value
      return {
        text: name,
        value: last == null ? undefined : last / scale.divisor,
        sign: (sheet, x, y) => drawMarker(sheet, styleOf(i), x, y)
      }
    })
  const ofTargets = targets.filter(({ to }) => to === periods.length - 1)
    .map(({ text, value }): End => ({ text, value, sign: drawTarget }))
  return [...ofSeries, ...ofTargets]
}
