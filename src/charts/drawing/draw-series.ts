import type { SeriesChart } from '../spec.ts'
import { captionOf, drawBlocks, gap, headOf, heightOf, keyBlock, textBlock, type Block } from './blocks.ts'
import { describeSeries } from './describe.ts'
import { GAPS, REMARKS, type Gap, type Remark } from './hatches.ts'
import { letterOf, notesOf } from './notes.ts'
import { styleOf } from './palette.ts'
import { Sheet } from './sheet.ts'
import { keyOfGap, keyOfLetter, keyOfRemark, keyOfSeries } from './signs.ts'
import { panelOf } from './panel.ts'
import { keyOfTarget, targetRuns } from './targets.ts'
import { scaleOf } from './units.ts'

/** Of the lines with their axis. */
const LEAST_PANEL = 240
/** From this width on, lines are named at their ends. */
const WIDE = 560

/** A chart of lines by period as an SVG. */
export function drawSeries (chart: SeriesChart): string {
  const { width, series } = chart
  const sheet = new Sheet(JSON.stringify(chart))
  const notes = notesOf(chart)
  const values = series.flatMap((one) => one.values)
  const scale = scaleOf(chart.unit, Math.max(0, ...values.map(({ value }) => Math.abs(value ?? 0))))
  const statuses = new Set(values.map(({ status }) => status))
  const targets = targetRuns(chart.targets, scale)
  const isNamedAtEnds = width >= WIDE
  const isAtEnd = ({ to }: { to: number }): boolean => isNamedAtEnds && to === chart.periods.length - 1
  const axis = [chart.axis, scale.axis].filter((text) => text !== '').join(', ')
  const above: Block[] = [
    ...headOf(chart),
    keyBlock([
      ...series.length > 1 && !isNamedAtEnds ? series.map(({ name }, i) => keyOfSeries(name, styleOf(i))) : [],
      ...targets.filter((run) => !isAtEnd(run)).map((run) => keyOfTarget(run, chart))
    ], width, 'rows'),
    gap(4),
    ...axis === '' ? [] : [textBlock(axis, width)]
  ]
  const below: Block[] = [
    gap(6),
    keyBlock([
      ...(Object.keys(GAPS) as Gap[]).filter((one) => statuses.has(one)).map(keyOfGap),
      ...(Object.keys(REMARKS) as Remark[]).filter((one) => statuses.has(one)).map(keyOfRemark),
      ...notes.map(({ text }, i) => keyOfLetter(letterOf(i), text))
    ], width, 'lines'),
    ...captionOf(chart)
  ]
  const room = chart.height - heightOf(above) - heightOf(below)
  const panel = panelOf(sheet, chart, { scale, notes, targets, isNamedAtEnds, height: Math.max(LEAST_PANEL, room) })
  const blocks = [...above, panel, ...below]
  return sheet.finish({
    width,
    height: Math.ceil(heightOf(blocks)),
    title: chart.title,
    description: describeSeries(chart, scale),
    draw: () => drawBlocks(sheet, blocks)
  })
}
