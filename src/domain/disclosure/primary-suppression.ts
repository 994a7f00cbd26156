import type { SumCounts } from './count-table.ts'
import { isSmall } from './rule.ts'

/** -1: not published; k: published by view k and every coarser one. */
export type Levels = number[]

/**
 * Primary suppression: decides at which dates counts may be published.
 * Between two neighbouring published dates no group of the view grows by 1 to threshold - 1. Coarse dates come first,
 * so that a year is not lost for a week.
 */
export function ownDates ({ views }: SumCounts, order: readonly number[], threshold: number): Levels {
  const levels: Levels = order.map(() => -1)
  views.forEach((groups, view) => {
    acceptDates(levels, view, groups, order, threshold)
  })
  return levels
}

/** The dates in the order in which they are decided. */
export const byWeight = (weights: readonly number[]): number[] =>
  [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b)

/** Raises to `view` the dates of the coarser view that may be published by this view as well. */
function acceptDates (
  levels: Levels, view: number, groups: SumCounts['views'][number], order: readonly number[], threshold: number
): void {
  levels[0] = view // before the range's first day the count is 0 for everybody
  for (const date of order) {
    if (at(levels, date) !== view - 1) continue
    let before = date - 1
    let after = date + 1
    while (at(levels, before) !== view) before--
    while (after < order.length && at(levels, after) !== view) after++
    if (apart(groups, before, date, threshold) && (after >= order.length || apart(groups, date, after, threshold))) {
      levels[date] = view
    }
  }
}

/** Whether no group's counts at the two dates differ by a small number. A plain loop makes no garbage. */
function apart (groups: SumCounts['views'][number], date: number, next: number, threshold: number): boolean {
  for (const counts of groups) {
    if (isSmall(at(counts, next) - at(counts, date), threshold)) return false
  }
  return true
}

function at (counts: readonly number[], index: number): number {
  return counts[index] ?? 0
}
