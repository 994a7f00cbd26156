import { exact } from '../../domain/exact.ts'
import { quantile } from '../../domain/durations.ts'
import type { SeriesMeasure } from '../measure.ts'

/**
 * What is known of the amounts or durations of some events: of how many things, their sum (pence, or seconds), and how
 * many durations there are in each band.
 */
export interface Details { things: number, total: number, bands: ReadonlyMap<number, number> }

/** What is said beside a value; those that a question does not have are left out, null where nothing was measured. */
export interface Statistics {
  count: number
  /** Pence. */
  sum?: number
  /** Pence or seconds, to two decimals. */
  mean: number | null
  /** Whole seconds. */
  median?: number | null
  p90?: number | null
  /** Percent, to two decimals. */
  share?: number | null
}
export const STATISTIC_NAMES = ['count', 'sum', 'mean', 'median', 'p90', 'share'] as const satisfies
  ReadonlyArray<keyof Statistics>
export type StatisticName = typeof STATISTIC_NAMES[number]

const NOTHING: Details = { things: 0, total: 0, bands: new Map() }

/** The statistics that values of a measure have; none but of amounts and durations. */
export function statisticNames ({ kind, within, inBands }: SeriesMeasure): StatisticName[] {
  if (kind === 'amount') return ['count', 'sum', 'mean']
  if (kind !== 'duration') return []
  if (inBands !== true) return ['count', 'mean']
  return ['count', 'mean', 'median', 'p90', ...within === undefined ? [] : ['share' as const]]
}

/** Undefined where the measure is one of counts. */
export function statisticsOf (
  { kind, within, inBands }: SeriesMeasure, details: Details = NOTHING
): Statistics | undefined {
  if (kind !== 'amount' && kind !== 'duration') return undefined
  const { things: count, total, bands } = details
  const mean = count === 0 ? null : hundredths(total / count)
  if (kind === 'amount') return { count, sum: total, mean }
  if (inBands !== true) return { count, mean }
  return {
    count,
    mean,
    median: quantile(bands, 0.5)?.value ?? null,
    p90: quantile(bands, 0.9)?.value ?? null,
    ...(within !== undefined && { share: count === 0 ? null : shareWithin(bands, within.band, count) })
  }
}

/** The one of the statistics that was asked for. */
export function valueOf ({ statistic }: SeriesMeasure, statistics: Statistics): number | null {
  return statistic === 'last' ? null : statistics[statistic] ?? null
}

export function addDetails (some: readonly Details[]): Details {
  const bands = new Map<number, number>()
  for (const { bands: own } of some) {
    for (const [band, things] of own) bands.set(band, (bands.get(band) ?? 0) + things)
  }
  return {
    things: exact(some.reduce((sum, { things }) => sum + things, 0)),
    total: exact(some.reduce((sum, { total }) => sum + total, 0)),
    bands
  }
}

function shareWithin (bands: ReadonlyMap<number, number>, last: number, count: number): number {
  let within = 0
  for (const [band, things] of bands) if (band <= last) within += things
  return hundredths(100 * within / count)
}

const hundredths = (value: number): number => Math.round(value * 100) / 100
