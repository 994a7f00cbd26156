import type { DateRange, Period } from '../domain/period.ts'
import type { Target } from '../domain/kpi/definition.ts'
import type { Status } from '../domain/status.ts'

/**
 * What a chart shows, as plain data: it goes to the thread that draws. Figures in it were published by the gate
 * (`from-series.ts`, `from-kpi.ts` and `from-comparison.ts` take no others).
 */
export type ChartSpec = SeriesChart | ComparisonChart

interface Page {
  /** What is measured, of whom. */
  title: string
  /** Which periods, which part of it. */
  subtitle: string
  /** The unit of the values: see `units.ts`. */
  unit: string
  /** What the axis of values counts, where the unit does not say it. */
  axis: string
  /** Source, licence and date, a line each. */
  caption: string[]
  /** In pixels. */
  width: number
}

export interface ChartValue { value: number | null, status: Status }

/** Lines by period. */
export interface SeriesChart extends Page {
  kind: 'series'
  /** Of the whole image, in pixels; where the text needs more, the image is higher. */
  height: number
  period: Period
  periods: DateRange[]
  /** Values aligned with the periods. */
  series: Array<{ name: string, values: ChartValue[] }>
  /** One for each period, where all series have the same; else empty. */
  targets: Array<Target | null>
  /** Days on which something changed that the figures do not say. */
  notes: ChartNote[]
}

/** `on`: a local day. A break: figures before it cannot be compared with those from it on. */
export interface ChartNote { on: number, text: string, isBreak: boolean }

/** Authorities as horizontal bars, the best first. */
export interface ComparisonChart extends Page {
  kind: 'comparison'
  rows: ComparisonBar[]
  /** How many more have a value than there are rows. */
  more: number
  quartiles: { lower: number, median: number, upper: number } | undefined
  target: Target | null
  /** Authorities without a value, by why. */
  without: Array<{ why: string, names: string[] }>
  /** The rate of all of the group together, and how many of its authorities have a value. */
  together: { value: number | null, reporting: number, authorities: number }
  /** Whether some have targets of their own. */
  hasOwnTargets: boolean
}

/** `value` in the unit of the chart; `rank` null: shown, but not compared. */
export interface ComparisonBar { name: string, value: number, rank: number | null, status: Status }
