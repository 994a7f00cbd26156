export type Polarity = 'higher' | 'lower' | 'none'

/**
 * The quantile of sorted values by linear interpolation between closest ranks: Hyndman and Fan (1996), type 7, which is
 * also what Excel's QUARTILE.INC and R's default give. Undefined for no values.
 */
export function quantile (sorted: readonly number[], share: number): number | undefined {
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) return undefined
  return below + (above - below) * (place - Math.floor(place))
}

export interface Quartiles { lower: number, median: number, upper: number }

export function quartilesOf (values: readonly number[]): Quartiles | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [lower, median, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)]
  return lower === undefined || median === undefined || upper === undefined ? undefined : { lower, median, upper }
}

export interface Ranking { rank: number | null, quartile: 1 | 2 | 3 | 4 | null }

/**
 * Ranks values, the best first: 1, 2, 2, 4, so that equals share a rank. The quartile is 1 for the best quarter; a
 * value on a boundary belongs to the better one. Without polarity nothing is better, so there is no quartile and the
 * largest value is first. One value alone has no rank, and fewer than `least` have no quartile.
 */
export function rankValues (values: ReadonlyArray<number | null>, polarity: Polarity, least: number): Ranking[] {
  const known = values.filter((value) => value !== null)
  const quartiles = quartilesOf(known)
  const better = (a: number, b: number): boolean => polarity === 'lower' ? a < b : a > b
  return values.map((value) => {
    if (value === null || quartiles === undefined || known.length < 2) return { rank: null, quartile: null }
    const rank = 1 + known.filter((other) => better(other, value)).length
    return { rank, quartile: polarity === 'none' || known.length < least ? null : quartileOf(value, quartiles, better) }
  })
}

function quartileOf (
  value: number, { lower, median, upper }: Quartiles, better: (a: number, b: number) => boolean
): 1 | 2 | 3 | 4 {
  const [first, third] = better(0, 1) ? [lower, upper] : [upper, lower]
  if (!better(first, value)) return 1
  if (!better(median, value)) return 2
  return better(third, value) ? 4 : 3
}
