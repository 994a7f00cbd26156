import type { DateRange } from '../period.ts'
import { remembered } from '../remembered.ts'
import type { CandidateDate } from './publication-dates.ts'
import { isSmall } from './rule.ts'

/**
 * The counts of one finest group of a unit (a ward, a street), by gap between dates. `path` leads from the coarsest
 * breakdown to the finest, e.g. [outcome, digital class, channel]: view 0 is the total, view k the breakdown by the
 * first k steps of the path. Groups with the same path should share the array: each array is numbered once.
 */
export interface GroupCounts { unit: number, path: readonly number[], counts: readonly number[] }

/** A day on which the parent (the authority; for streets the ward) has events, and its smallest published figure. */
export interface ParentDay { day: number, least: number }

/** The counts of a unit since the start of the range, at each date. */
export interface UnitCounts {
  unit: number
  total: readonly number[]
  /**
   * `views[k]`: one array for each group of view k that the unit has; view 0 is the total alone. It is the same array
   * as `views[k + 1]` where view k + 1 splits no group.
   */
  views: ReadonlyArray<ReadonlyArray<readonly number[]>>
}

export interface CountTable {
  units: UnitCounts[]
  /** The weight of each date. Between two neighbouring dates the parent always has events. */
  weights: number[]
  /** Of each gap between two dates: whether the parent's figures by day show a small count there. */
  sensitive: boolean[]
  place: Places
}

/** The date that a day is equal to, if any, and the gap in which it lies. */
export interface Place { date: number | undefined, gap: number, rank: number }
export type Places = (day: number) => Place

interface Input {
  range: DateRange
  dates: readonly CandidateDate[]
  groups: Iterable<GroupCounts>
  /** The first days of the gaps that `groups` are counted by; gaps outside the range are passed over. */
  starts: readonly number[]
  parentDays: readonly ParentDay[]
  units: Iterable<number>
  views: number
  threshold: number
}

/**
 * Adds up counts by date. Days between which the parent has no events count as one date: everybody can see that no
 * count changed between them, so a count that is public on one of them is public on all.
 */
export function countTable ({ range, dates, groups, starts, parentDays, units, views, threshold }: Input): CountTable {
  const active = parentDays.filter(({ day }) => day >= range.start && day < range.end).sort((a, b) => a.day - b.day)
  const activeDays = active.map(({ day }) => day)
  const ranks: number[] = []
  const weights: number[] = []
  for (const { day, weight } of dates) {
    const rank = countBelow(activeDays, day)
    const last = ranks.length - 1
    if (ranks[last] === rank) weights[last] = Math.max(weights[last] ?? 0, weight)
    else {
      ranks.push(rank)
      weights.push(weight)
    }
  }
  const place = placesAmong(activeDays, ranks)
  const sensitive = ranks.map((rank, i) => {
    const days = active.slice(rank, ranks[i + 1] ?? active.length)
    return days.length > 1 && days.some(({ least }) => isSmall(least, threshold))
  })

  // Counts after the last date belong to no count that may be published.
  const ends = starts.map((day) => day < range.start || day >= range.end ? undefined : place(day).gap + 1)
  const zeros = ranks.map(() => 0)
  const sinceStart = (counts: readonly number[]): number[] | undefined => {
    let sums: number[] | undefined // plain: for a dozen dates a typed array takes longer to make than to fill
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] ?? 0
      const end = ends[i]
      if (count === 0 || end === undefined) continue
      sums ??= zeros.slice()
      if (end < sums.length) sums[end] = (sums[end] ?? 0) + count
    }
    if (sums !== undefined) { for (let i = 1; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (sums[i - 1] ?? 0) }
    return sums
  }
  // Number each path once for each view: many groups share few paths.
  const numbers = Array.from({ length: views }, () => new Map<string, number>())
  const numbersOf = remembered((path: readonly number[]) =>
    numbers.map((known, view) => {
      const key = path.slice(0, view).join()
      const number = known.get(key) ?? known.size
      known.set(key, number)
      return number
    })
  )
  const byUnit = new Map<number, Numbered[]>()
  for (const unit of units) byUnit.set(unit, [])
  for (const { unit, path, counts } of groups) {
    const sums = sinceStart(counts)
    if (sums === undefined) continue // no counts in the range, where the unit may not even exist
    const group = { numbers: numbersOf(path), counts: sums }
    const others = byUnit.get(unit)
    if (others === undefined) byUnit.set(unit, [group])
    else others.push(group)
  }
  return {
    weights,
    sensitive,
    place,
    units: [...byUnit].map(([unit, groups]) => {
      const all = viewsOf(groups, views)
      return { unit, views: all, total: all[0]?.[0] ?? zeros }
    })
  }
}

// A function of its own, because plans stay in memory: a closure in `countTable` would hold the whole table.
function placesAmong (activeDays: readonly number[], ranks: readonly number[]): Places {
  return (day) => {
    const rank = countBelow(activeDays, day)
    const gap = countBelow(ranks, rank + 1) - 1
    return { date: ranks[gap] === rank ? gap : undefined, gap, rank }
  }
}

/** Counts at each date, with the number of their group in each view. */
interface Numbered { numbers: readonly number[], counts: readonly number[] }

function viewsOf (groups: Numbered[], views: number): UnitCounts['views'] {
  const found: UnitCounts['views'][number][] = []
  let divided = groups
  for (let view = views - 1; view >= 0; view--) {
    const joined = join(divided, view)
    const finer = found[view + 1]
    found[view] = finer?.length === joined.length ? finer : joined.map(({ counts }) => counts)
    divided = joined
  }
  return found
}

function join (groups: Numbered[], view: number): Numbered[] {
  if (groups.length < 2) return groups
  const joined = new Map<number | undefined, Numbered>()
  for (const group of groups) {
    const same = joined.get(group.numbers[view])
    joined.set(
      group.numbers[view],
      same === undefined
        ? group
        : { numbers: same.numbers, counts: same.counts.map((count, i) => count + (group.counts[i] ?? 0)) }
    )
  }
  return [...joined.values()]
}

/** How many of the ascending `values` are below `limit`. */
function countBelow (values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? Infinity) < limit) low = middle + 1
    else high = middle
  }
  return low
}
