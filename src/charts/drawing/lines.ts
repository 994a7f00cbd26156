import * as Plot from '@observablehq/plot'
import type { SeriesChart } from '../spec.ts'
import { isRemark, REMARKS, type Remark } from './hatches.ts'
import { INK, PAPER, styleOf } from './palette.ts'
import type { Frame } from './frame.ts'
import { markerOf, ringsOf } from './signs.ts'
import { SMALL, textWidth } from './text.ts'
import type { Scale } from './units.ts'

interface Point { at: number, value: number, remark: Remark | undefined, isAlone: boolean }

/** Up to so many periods every value has a marker; of more, some of each line. */
const MOST_MARKED = 60
/** The same of several series, which would hide one another. */
const MOST_MARKED_OF_SEVERAL = 24
const MARKED = 12
/** From so many periods on, markers are smaller. */
const SMALL_FROM = 30

/** A line for each series, broken where it has no value, with its markers. */
export function lineMarks (series: SeriesChart['series'], scale: Scale, frame: Frame): Plot.Markish[] {
  const isOneOfSeveral = series.length > 1
  const mostMarked = isOneOfSeveral ? MOST_MARKED_OF_SEVERAL : MOST_MARKED
  return series.flatMap(({ values }, i): Plot.Markish[] => {
    const style = styleOf(i)
    const points = values.map(({ value, status }, at): Point => ({
      at,
      value: value === null ? NaN : value / scale.divisor,
      remark: isRemark(status) ? status : undefined,
      isAlone: value !== null && values[at - 1]?.value == null && values[at + 1]?.value == null
    }))
    const every = values.length <= mostMarked ? 1 : Math.ceil(values.length / MARKED)
    // A single line is told from no other.
    const isMarked = (at: number): boolean => (isOneOfSeveral || every === 1) && (at + i) % every === 0
    const marked = points.filter(({ at, value, remark, isAlone }) =>
      !Number.isNaN(value) && (remark !== undefined || isAlone || isMarked(at))
    )
    const at = { x: ({ at }: Point) => at, y: ({ value }: Point) => value }
    return [
      Plot.line(points, {
        ...at, stroke: style.colour, strokeWidth: 2.25, strokeDasharray: style.dash, curve: 'linear'
      }),
      ...[undefined, ...Object.keys(REMARKS) as Remark[]].flatMap((remark) => {
        const some = marked.filter((point) => point.remark === remark)
        if (some.length === 0) return []
        return [
          Plot.dot(some, { ...at, ...markerOf(style, remark), ...(values.length > SMALL_FROM && { r: 3 }) }),
          ...remark === undefined ? [] : ringsOf(some, at, remark, style.colour)
        ]
      }),
      ...isOneOfSeveral ? [] : valueLabels(points, values, scale, frame)
    ]
  })
}

/** The values of a single series in figures, where they fit. */
function valueLabels (
  points: readonly Point[], values: SeriesChart['series'][number]['values'], { format }: Scale, { left, right }: Frame
): Plot.Markish[] {
  const labels = points.filter(({ value }) => !Number.isNaN(value))
    .map(({ at, value }) => ({ at, value, text: format(values[at]?.value ?? 0) }))
  const band = (right - left) / points.length
  if (labels.some(({ text }) => textWidth(text, SMALL) + 6 > band)) return []
  return [Plot.text(labels, {
    x: 'at', y: 'value', dy: -14, text: 'text', fontSize: SMALL, fill: INK, stroke: PAPER, strokeWidth: 3
  })]
}
