import type { ComparisonChart } from '../spec.ts'
import type { KeyItem } from './blocks.ts'
import { COLOURS, INK, PAPER, TARGET } from './palette.ts'
import { targetInWords } from './targets.ts'
import type { Scale } from './units.ts'

/** Of the lines over bars. */
export const DASHES = { median: 'none', quartile: '3 3', target: '8 4' }
/** A bar that has no rank. */
export const HOLLOW = { stroke: COLOURS[0], strokeWidth: 1.5, strokeDasharray: '4 2' }

/** What lines and bars mean. */
export function keyOfBars ({ rows, quartiles, target }: ComparisonChart, scale: Scale): KeyItem[] {
  const { format } = scale
  return [
    ...quartiles === undefined
      ? []
      : [
          { text: `Median ${format(quartiles.median)}`, sign: lineSign(INK, DASHES.median) },
          {
            text: `Lower quartile ${format(quartiles.lower)}, upper quartile ${format(quartiles.upper)}`,
            sign: lineSign(INK, DASHES.quartile)
          }
        ],
    ...target === null ? [] : [{ text: targetInWords(target, scale), sign: lineSign(TARGET, DASHES.target) }],
    ...rows.some(({ rank }) => rank === null)
      ? [{ text: 'Not ranked: too few days, cases or authorities to compare', sign: hollowSign }]
      : []
  ]
}

const lineSign = (colour: string, dash: string): KeyItem['sign'] => (sheet, x, y) => {
  sheet.add('line', {
    x1: x, x2: x, y1: y - 8, y2: y + 8, stroke: colour, 'stroke-width': 1.75, 'stroke-dasharray': dash
  })
}
const hollowSign: KeyItem['sign'] = (sheet, x, y) => {
  sheet.add('rect', {
    x: x - 9,
    y: y - 5,
    width: 18,
    height: 10,
    fill: PAPER,
    stroke: HOLLOW.stroke,
    'stroke-width': HOLLOW.strokeWidth,
    'stroke-dasharray': HOLLOW.strokeDasharray
  })
}
