import type { UnitCounts } from './count-table.ts'
import { at, type Levels } from './own-dates.ts'

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
 * Secondary suppression. At each date the parent's count is the sum of its units' counts, and that is the only equation
 * that ties the units to one another; so a hidden count can be solved for exactly where it is the only hidden one. This
 * hides counts until at no date and in no view one stands alone. Hiding joins two stretches into one and so never makes
 * a small difference; it only ever hides more, so it ends.
 */
export function hideComplements (siblings: Siblings): void {
  for (let changed = true; changed;) {
    changed = false
    for (let date = 1; date < siblings.weights.length; date++) {
      for (let view = 0; view < siblings.views; view++) {
        while (exposed(siblings, date, view) && hideOne(siblings, date, view)) changed = true
      }
      while (
        aloneWithin(siblings, date - 1) &&
        hideOne(siblings, date, 0, (counts) => at(counts.total, date - 1) === at(counts.total, date))
      ) changed = true
    }
  }
}

function exposed ({ units, parentLevel, threshold }: Siblings, date: number, view: number): boolean {
  let hidden = 0
  for (const { levels } of units) if (at(levels, date) < view) hidden++
  // Where the parent is hidden, its units may not add up to it, nor all but one of them.
  if (parentLevel(date) < view) return hidden < 2
  if (hidden === 0) return false
  return hidden === 1 || (view === 0 && hiddenSumIsSmall(units, date, hidden, threshold))
}

/**
 * The sum of the hidden counts is public. If it leaves no room for any of them to reach the threshold, then somebody
 * who knows that none of them is 0 knows that all are small; where it equals their number, that each is 1.
 */
function hiddenSumIsSmall (units: Siblings['units'], date: number, hidden: number, threshold: number): boolean {
  let [before, after] = [0, 0]
  for (const { counts: { total }, levels } of units) {
    if (at(levels, date) >= 0) continue
    let [last, next] = [date - 1, date + 1]
    while (last > 0 && at(levels, last) < 0) last--
    while (next < levels.length && at(levels, next) < 0) next++
    before += at(total, date) - at(total, last)
    after += next < levels.length ? at(total, next) - at(total, date) : Infinity
  }
  const small = (sum: number) => sum > 0 && sum < threshold + hidden - 1
  return small(before) || small(after)
}

/** Whether all units but one are seen to have nothing in a stretch, so that the parent's days there are that one's. */
function aloneWithin ({ units, sensitive }: Siblings, stretch: number): boolean {
  if (sensitive[stretch] !== true) return false
  let open = 0
  for (const { counts: { total }, levels } of units) {
    const seenEmpty = at(total, stretch) === at(total, stretch + 1) && at(levels, stretch) >= 0 &&
      at(levels, stretch + 1) >= 0
    if (!seenEmpty && ++open > 1) return false
  }
  return open === 1
}

/** Hides the count that costs the least; false where none is left. */
function hideOne (
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

// A unit with nothing yet is the last resort: a count known to be 0 makes a poor disguise.
const BLANK = 1e6

function costOf (
  { counts, levels }: { counts: UnitCounts, levels: Levels }, date: number, weights: readonly number[]
): number {
  let cost = isBlank(counts, date) ? BLANK : 0
  const lost = datesLost(counts, date)
  for (const i of lost) if (at(levels, i) >= 0) cost += 2 * (weights[i] ?? 0)
  // Beside a date that is hidden already, half of what this one costs is lost anyway.
  const [first, last] = [lost[0] ?? date, lost.at(-1) ?? date]
  if (at(levels, first - 1) < 0 || (last + 1 < levels.length && at(levels, last + 1) < 0)) cost -= weights[date] ?? 0
  return cost
}

function isBlank ({ total }: UnitCounts, date: number): boolean {
  return at(total, date) === 0
}

/**
 * The dates on which the unit's count is the same as on `date`: published on one of two such dates with the count
 * published on both sides, it would be known on the other. Of a unit with nothing yet, those before stay as they are.
 */
function datesLost ({ total }: UnitCounts, date: number): number[] {
  const count = at(total, date)
  const dates: number[] = []
  let first = date
  if (count > 0) { while (first > 0 && at(total, first - 1) === count) first-- }
  for (let i = first; i < total.length && at(total, i) === count; i++) dates.push(i)
  return dates
}
