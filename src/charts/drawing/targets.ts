import * as Plot from '@observablehq/plot'
import type { Target } from '../../domain/kpi/definition.ts'
import type { SeriesChart } from '../spec.ts'
import type { KeyItem } from './blocks.ts'
import { rangeInWords } from './dates.ts'
import { TARGET } from './palette.ts'
import type { Scale } from './units.ts'

/** A bound of a target over periods that follow one another, inclusive, counted from 0; its value as it is drawn. */
export interface TargetRun { from: number, to: number, value: number, text: string }

const DASH = '8 4'

const bounds = (target: Target | null): Array<{ text: string, value: number }> => [
  ...target?.at_least === undefined ? [] : [{ text: 'at least', value: target.at_least }],
  ...target?.at_most === undefined ? [] : [{ text: 'at most', value: target.at_most }]
]

export const targetValues = (target: Target | null, { divisor }: Scale): number[] =>
  bounds(target).map(({ value }) => value / divisor)

/** A target in words: "Target: at least 80%". */
export const targetInWords = (target: Target, { format }: Scale): string =>
  `Target: ${bounds(target).map(({ text, value }) => `${text} ${format(value)}`).join(', ')}`

export function targetRuns (targets: ReadonlyArray<Target | null>, { divisor, format }: Scale): TargetRun[] {
  const runs: TargetRun[] = []
  for (const [i, target] of targets.entries()) {
    for (const { text, value } of bounds(target)) {
      const words = `Target: ${text} ${format(value)}`
      const known = runs.find((run) => run.text === words && run.to === i - 1)
      if (known !== undefined) known.to = i
      else runs.push({ from: i, to: i, value: value / divisor, text: words })
    }
  }
  return runs
}

/** Targets as dashed lines over their periods. */
export const targetMarks = (runs: readonly TargetRun[]): Plot.Markish[] => [
  Plot.ruleY(runs, {
    x1: ({ from }: TargetRun) => from - 0.5,
    x2: ({ to }: TargetRun) => to + 0.5,
    y: 'value',
    stroke: TARGET,
    strokeWidth: 1.75,
    strokeDasharray: DASH
  })
]

/** A target beside what it means; with its days where it is not that of all periods. */
export function keyOfTarget ({ from, to, text }: TargetRun, { periods }: Pick<SeriesChart, 'periods'>): KeyItem {
  const [first, last] = [periods[from], periods[to]]
  const isOfAll = from === 0 && to === periods.length - 1
  const days = isOfAll || !first || !last ? '' : `, ${rangeInWords({ start: first.start, end: last.end })}`
  return { text: `${text}${days}`, sign: drawTarget }
}

export const drawTarget: KeyItem['sign'] = (sheet, x, y) => {
  sheet.add('line', {
    x1: x - 11, x2: x + 11, y1: y, y2: y, stroke: TARGET, 'stroke-width': 1.75, 'stroke-dasharray': DASH
  })
}
