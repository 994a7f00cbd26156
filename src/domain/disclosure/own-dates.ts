import type { UnitCounts } from './count-table.ts'

/** -1: not published; k: published by view k and every coarser one. */
export type Levels = Int8Array

/**
 * Primary suppression of one unit: which of its counts may be published at which dates, looked at alone. Two dates that
 * are published one after the other are never apart by 1 to threshold - 1, in no group of the view. Coarse dates come
 * first, so that a year is not lost for a week.
 */
export function ownDates ({ views }: UnitCounts, weights: readonly number[], threshold: number): Levels {
  const levels: Levels = new Int8Array(weights.length).fill(-1)
  const order = [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b)
  for (const [view, groups] of views.entries()) {
    const accepted = acceptedDates(groups, order.filter((date) => levels[date] === view - 1), threshold, weights.length)
    for (const date of accepted) levels[date] = view
  }
  return levels
}

function acceptedDates (groups: readonly Float64Array[], order: readonly number[], threshold: number, length: number): number[] {
  const accepted = new Uint8Array(length)
  accepted[0] = 1 // before the window's first day the count is 0 for everybody
  const fits = (difference: number) => difference === 0 || difference >= threshold
  for (const date of order) {
    let [before, after] = [date - 1, date + 1]
    while (before > 0 && accepted[before] === 0) before--
    while (after < length && accepted[after] === 0) after++
    const open = after >= length
    if (groups.every((counts) => fits(at(counts, date) - at(counts, Math.max(before, 0))) &&
      (open || fits(at(counts, after) - at(counts, date))))) accepted[date] = 1
  }
  return [...accepted.keys()].filter((date) => accepted[date] === 1)
}

export function at (counts: Float64Array | Levels, index: number): number {
  return counts[index] ?? 0
}
