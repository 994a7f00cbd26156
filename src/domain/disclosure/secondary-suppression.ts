import type { UnitCounts } from './count-table.ts'
import { at, type Levels } from './primary-suppression.ts'
import { isSmall } from './rule.ts'

/** The units under one parent, with what each publishes; `levels` is lowered in place. */
export interface Siblings {
  units: ReadonlyArray<{ counts: UnitCounts, levels: Levels }>
  weights: readonly number[]
  sensitive: readonly boolean[]
  /** What the parent publishes at a date; 127: everything. */
  parentLevel: (date: number) => number
  threshold: number
  views: number
}

/**
 * Secondary suppression. At each date the parent's count is the sum of its units' counts, and no other equation ties
 * the units to one another. So a suppressed count can be worked out exactly if it is the only one. This function
 * suppresses more counts until none stands alone at any date in any view. Suppressing a date joins the two ranges
 * beside it, which never makes a small difference. Each step suppresses more, so the function ends.
 */
export function addSecondarySuppression (siblings: Siblings): void {
  for (let changed = true; changed;) {
    changed = false
    for (let date = 1; date < siblings.weights.length; date++) {
      for (let view = 0; view < siblings.views; view++) {
        while (exposed(siblings, date, view) && suppressOne(siblings, date, view)) changed = true
      }
      while (
        aloneWithin(siblings, date - 1) &&
        suppressOne(siblings, date, 0, (counts) => at(counts.total, date - 1) === at(counts.total, date))
      ) changed = true
    }
  }
}

function exposed ({ units, parentLevel, threshold }: Siblings, date: number, view: number): boolean {
  let suppressed = 0
  for (const { levels } of units) if (at(levels, date) < view) suppressed++
  // Where the parent is suppressed, neither all of its units nor all but one may be public, or they would add up to it.
  if (parentLevel(date) < view) return suppressed < 2
  if (suppressed === 0) return false
  return suppressed === 1 || (view === 0 && suppressedSumIsSmall(units, date, suppressed, threshold))
}

/**
 * Everybody can work out the sum of the suppressed counts. If the sum leaves no room for one of them to reach the
 * threshold, somebody who knows that none is 0 knows that all are small; if it equals their number, that each is 1.
 */
function suppressedSumIsSmall (units: Siblings['units'], date: number, suppressed: number, threshold: number): boolean {
  let [before, after] = [0, 0]
  for (const { counts: { total }, levels } of units) {
    if (at(levels, date) >= 0) continue
    let [last, next] = [date - 1, date + 1]
    while (last > 0 && at(levels, last) < 0) last--
    while (next < levels.length && at(levels, next) < 0) next++
    before += at(total, date) - at(total, last)
    after += next < levels.length ? at(total, next) - at(total, date) : Infinity
  }
  const room = threshold + suppressed - 1
  return isSmall(before, room) || isSmall(after, room)
}

/**
 * Whether all units but one publish that they have no events in a gap: the parent's days there are then that unit's.
 */
function aloneWithin ({ units, sensitive }: Siblings, gap: number): boolean {
  if (sensitive[gap] !== true) return false
  let open = 0
  for (const { counts: { total }, levels } of units) {
    const seenEmpty = at(total, gap) === at(total, gap + 1) && at(levels, gap) >= 0 &&
      at(levels, gap + 1) >= 0
    if (!seenEmpty && ++open > 1) return false
  }
  return open === 1
}

/** Suppresses the count that costs the least; false where none is left. */
function suppressOne (
  siblings: Siblings, date: number, view: number, eligible: (counts: UnitCounts) => boolean = () => true
): boolean {
  let best: { counts: UnitCounts, levels: Levels } | undefined
  let [bestCost, bestSum] = [Infinity, Infinity]
  for (const unit of siblings.units) {
    if (at(unit.levels, date) < view || !eligible(unit.counts)) continue
    const cost = costOf(unit, date, siblings.weights)
    const sum = at(unit.counts.total, unit.levels.length - 1)
    if (cost < bestCost || (cost === bestCost && sum < bestSum)) [best, bestCost, bestSum] = [unit, cost, sum]
  }
  if (best === undefined) return false
  for (const i of datesLost(best.counts, date)) {
    best.levels[i] = Math.min(at(best.levels, i), isBlank(best.counts, date) ? -1 : view - 1)
  }
  return true
}

// The cost of suppressing a unit without events yet: choose it last, because a count known to be 0 protects nothing.
const BLANK = 1e6

function costOf (
  { counts, levels }: { counts: UnitCounts, levels: Levels }, date: number, weights: readonly number[]
): number {
  let cost = isBlank(counts, date) ? BLANK : 0
  const lost = datesLost(counts, date)
  for (const i of lost) if (at(levels, i) >= 0) cost += 2 * (weights[i] ?? 0)
  // Next to a suppressed date half of the cost is lost already.
  const [first, last] = [lost[0] ?? date, lost.at(-1) ?? date]
  if (at(levels, first - 1) < 0 || (last + 1 < levels.length && at(levels, last + 1) < 0)) cost -= weights[date] ?? 0
  return cost
}

function isBlank ({ total }: UnitCounts, date: number): boolean {
  return at(total, date) === 0
}

/**
 * The dates to suppress together with `date`: those with the same count, because a count that is public on one of them
 * would be known on the others. For a unit without events yet, earlier dates stay as they are.
 */
function datesLost ({ total }: UnitCounts, date: number): number[] {
  const count = at(total, date)
  const dates: number[] = []
  let first = date
  if (count > 0) { while (first > 0 && at(total, first - 1) === count) first-- }
  for (let i = first; i < total.length && at(total, i) === count; i++) dates.push(i)
  return dates
}
