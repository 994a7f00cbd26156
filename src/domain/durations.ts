const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]

/**
 * The upper bounds of the bands that durations are counted in, in seconds, ascending. Kept sums are by band, so a share
 * within a target is exact where the target is one of these. Stored is a band's number: never change a bound.
 * Chosen after what is promised to residents: seconds on the telephone, minutes in a queue, hours, and days up to the
 * 8, 13 and 26 weeks of planning.
 */
export const DURATION_BOUNDS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 20, 30, 45],
  ...[1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12, 18].map((hours) => hours * HOUR),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 20, 21, 25, 28, 30, 35, 40, 42, 56, 60, 70, 84, 90, 91, 120, 182, 365]
    .map((days) => days * DAY)
]

/** The band whose upper bound is exactly so many seconds; undefined: none. Bands count from 1. */
export function bandWithin (seconds: number): number | undefined {
  const at = DURATION_BOUNDS.indexOf(seconds)
  return at === -1 ? undefined : at + 1
}

/** An estimate from bands, and the bounds between which the true value lies; `upTo` null: above the last bound. */
export interface Quantile { value: number, above: number, upTo: number | null }

/**
 * The duration that a share `q` of all lies at or below, in whole seconds: within its band as if durations were spread
 * evenly. `counts` by band; undefined where nothing is counted.
 */
export function quantile (counts: ReadonlyMap<number, number>, q: number): Quantile | undefined {
  const bands = [...counts].filter(([band, count]) => band > 0 && count > 0).sort(([a], [b]) => a - b)
  const wanted = q * bands.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [i, [band, count]] of bands.entries()) {
    below += count
    if (below < wanted && i < bands.length - 1) continue
    const above = DURATION_BOUNDS[band - 2] ?? 0
    const upTo = DURATION_BOUNDS[band - 1] ?? null
    if (upTo === null) return { value: above, above, upTo }
    return { value: Math.round(upTo - (upTo - above) * Math.max(0, below - wanted) / count), above, upTo }
  }
  return undefined
}
