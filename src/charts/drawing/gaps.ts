import * as Plot from '@observablehq/plot'
import type { SeriesChart } from '../spec.ts'
import { hatch, isGap, type Gap } from './hatches.ts'
import { GREY, type Style } from './palette.ts'
import type { Frame } from './frame.ts'
import type { Sheet } from './sheet.ts'
import { drawMarker } from './signs.ts'

type Series = SeriesChart['series']
/** Periods that follow one another, all without a value for the same reason; `from` and `to` inclusive, from 0. */
interface Run { gap: Gap, from: number, to: number }

const ROW = 14

/** The periods in which no series has a value, all for the same reason, as hatched bands. */
export function gapMarks (sheet: Sheet, series: Series): Plot.Markish[] {
  const runs = runsOf(commonGaps(series))
  return bands(sheet, runs, { y: {} })
}

/**
 * Rows under the axis for series that have no value where others have one, each with the marker of its series. Height 0
 * where there are none.
 */
export function stripOf (series: Series) {
  const common = commonGaps(series)
  const rows = series.flatMap(({ values }, of) => {
    const runs = runsOf(values.map(({ status }, i) => common[i] === undefined && isGap(status) ? status : undefined))
    return runs.length === 0 ? [] : [{ of, runs }]
  })
  const height = rows.length === 0 ? 0 : rows.length * ROW + 6
  const topOf = (row: number): number => 4 + row * ROW
  return {
    height,
    marks: (sheet: Sheet, { low, high, top, bottom }: Frame): Plot.Markish[] => {
      // Pixels under the axis as values of it.
      const valueAt = (pixels: number): number => low - pixels * (high - low) / (bottom - top)
      return rows.flatMap(({ runs }, row) =>
        bands(sheet, runs, { y: { y1: valueAt(topOf(row) + ROW - 3), y2: valueAt(topOf(row)) } })
      )
    },
    sign: (sheet: Sheet, y: number, { left, bottom }: Frame, styleOf: (at: number) => Style): void => {
      for (const [row, { of }] of rows.entries()) {
        drawMarker(sheet, styleOf(of), left - 12, y + bottom + topOf(row) + (ROW - 3) / 2)
      }
    }
  }
}

function bands (sheet: Sheet, runs: readonly Run[], { y }: { y: { y1?: number, y2?: number } }): Plot.Markish[] {
  return [...Map.groupBy(runs, ({ gap }) => gap)].map(([gap, some]) => Plot.rect(some, {
    x1: ({ from }: Run) => from - 0.5,
    x2: ({ to }: Run) => to + 0.5,
    ...y,
    fill: hatch(sheet, gap),
    stroke: GREY,
    strokeWidth: 0.75
  }))
}

/** Of each period the reason for which no series has a value; undefined where one has, or reasons differ. */
function commonGaps (series: Series): Array<Gap | undefined> {
  const [first, ...others] = series
  return (first?.values ?? []).map(({ status }, i) =>
    isGap(status) && others.every(({ values }) => values[i]?.status === status) ? status : undefined
  )
}

function runsOf (gaps: ReadonlyArray<Gap | undefined>): Run[] {
  const runs: Run[] = []
  for (const [i, gap] of gaps.entries()) {
    const last = runs.at(-1)
    if (gap === undefined) continue
    if (last?.gap === gap && last.to === i - 1) last.to = i
    else runs.push({ gap, from: i, to: i })
  }
  return runs
}
