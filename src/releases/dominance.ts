import { isSmall } from '../domain/disclosure/rule.ts'
import { OUTCOMES } from '../domain/event.ts'
import type { YearCounts } from './year-counts.ts'

/**
 * Whether publishing a unit's count of some groups between two dates leaves every part of it wide enough: a part is a
 * day, a gap or the whole, in one outcome, one channel, one group or all; and what is completed, where that is small.
 * The parent shows its own figure of each part, so a unit that has nearly all of the parent's count gives its parts
 * away: of 5 in the parent's week, all in one ward, the parent's days are the ward's. The unit's part is at least the
 * parent's part less what all other units have, and at most the parent's part or the unit's whole.
 */
export function isWideWithin (
  counts: YearCounts, unit: number, groups: readonly number[], from: number, to: number, threshold: number
): boolean {
  const own = counts.sum(unit, groups, from, to)
  const all = counts.parent(groups, from, to)
  const others = all - own
  const isWide = (part: number): boolean => {
    const least = part - others
    if (least <= 0 || part === all) return true
    return !isSmall(least, threshold) || Math.min(part, own) - least >= Math.min(threshold, part)
  }
  const completed = groups.filter((index) => counts.groups[index]?.outcome !== OUTCOMES.failed)
  return partsOf(counts, groups, from, to).every(isWide) &&
    (!isSmall(counts.sum(unit, completed, from, to), threshold) || isWide(counts.parent(completed, from, to)))
}

function partsOf (counts: YearCounts, groups: readonly number[], from: number, to: number): number[] {
  const sets = setsOf(counts, groups)
  const [first, last] = [counts.dates[from] ?? 0, counts.dates[to] ?? 0]
  const parts = sets.map((set) => counts.parent(set, from, to))
  for (const set of sets) {
    for (let day = first; day < last; day++) parts.push(counts.parentOn(set, day))
    if (to - from > 1) for (let gap = from; gap < to; gap++) parts.push(counts.parent(set, gap, gap + 1))
  }
  return parts
}

/** All groups, those of each outcome and each channel, and each alone. */
function setsOf (counts: YearCounts, groups: readonly number[]): number[][] {
  const by = (key: (index: number) => number | undefined): number[][] => [...Map.groupBy(groups, key).values()]
  const sets = [
    [...groups],
    ...by((index) => counts.groups[index]?.outcome),
    ...by((index) => counts.groups[index]?.channel),
    ...groups.map((group) => [group])
  ]
  return [...new Map(sets.map((set) => [set.join(), set])).values()]
}
