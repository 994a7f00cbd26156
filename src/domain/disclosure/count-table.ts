import type { Range } from '../period.ts'
import { remembered } from '../remembered.ts'
import type { CandidateDate } from './publication-dates.ts'

/**
 * What happened in a unit (a ward, a street) on a day. `path` leads from the coarsest breakdown to the finest, e.g.
 * [outcome, digital class, channel]: view 0 is the total, view k the breakdown by the first k steps of the path. Cells that
 * share a path had best share the array too.
 */
export interface DisclosureCell { unit: number, day: number, count: number, path: readonly number[] }

/** A day on which the parent (the authority; for streets the ward) has anything, and its smallest published figure. */
export interface ParentDay { day: number, least: number }

/** Counts since the start of the window, at each date. */
export interface UnitCounts {
  unit: number
  total: readonly number[]
  /** `views[k]`: one array for each group of view k that the unit has; view 0 is the total alone. */
  views: ReadonlyArray<ReadonlyArray<readonly number[]>>
}

export interface CountTable {
  units: UnitCounts[]
  /** Of each date. Between two dates that follow one another, something happened in the parent. */
  weights: number[]
  /** Of each stretch between two dates: whether the parent's figures by day show a small one there. */
  sensitive: boolean[]
  /** The date a day stands for, or undefined; and the stretch in which it lies. */
  place: (day: number) => { date: number | undefined, stretch: number, rank: number }
}

interface Input {
  window: Range
  dates: readonly CandidateDate[]
  cells: Iterable<DisclosureCell>
  parentDays: readonly ParentDay[]
  units: Iterable<number>
  views: number
  threshold: number
}

/**
 * Days between which nothing happened in the parent are one and the same date: everybody can see that no count changed,
 * so a count that is public on one of them is public on all.
 */
export function countTable ({ window, dates, cells, parentDays, units, views, threshold }: Input): CountTable {
  const active = parentDays.filter(({ day }) => day >= window.start && day < window.end).sort((a, b) => a.day - b.day)
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
  const place = (day: number) => {
    const rank = countBelow(activeDays, day)
    const stretch = countBelow(ranks, rank + 1) - 1
    return { date: ranks[stretch] === rank ? stretch : undefined, stretch, rank }
  }
  const sensitive = ranks.map((rank, i) => {
    const days = active.slice(rank, ranks[i + 1] ?? active.length)
    return days.length > 1 && days.some(({ least }) => least < threshold)
  })

  // Plain arrays, groups numbered by view: there may be thousands of units with a dozen dates each, for which a typed array or
  // a map takes longer to make than to fill.
  const byUnit = new Map<number, Array<Array<number[] | undefined>>>()
  const empty = () => Array.from({ length: views }, (): Array<number[] | undefined> => [])
  const zeros = ranks.map(() => 0)
  for (const unit of units) byUnit.set(unit, empty())
  // There are tens of thousands of cells, on few days and with few paths.
  const stretchOf = remembered((day: number) => place(day).stretch)
  const numbers = Array.from({ length: views }, () => new Map<string, number>())
  const groupsOf = remembered((path: readonly number[]) => numbers.map((known, view) => {
    const key = path.slice(0, view).join()
    const number = known.get(key) ?? known.size
    known.set(key, number)
    return number
  }))
  for (const { unit, day, count, path } of cells) {
    if (count === 0) continue
    let groups = byUnit.get(unit)
    if (groups === undefined) byUnit.set(unit, groups = empty())
    const end = stretchOf(day) + 1
    const numbered = groupsOf(path)
    for (let view = 0; view < views; view++) {
      const counts = (groups[view] ?? [])[numbered[view] ?? 0] ??= zeros.slice()
      // A stretch that is open to the right, past the last date, is in no count that may be published.
      if (end < ranks.length) counts[end] = (counts[end] ?? 0) + count
    }
  }
  return {
    weights,
    sensitive,
    place,
    units: [...byUnit].map(([unit, groups]) => {
      const all = groups.map((group) => group.filter((counts) => counts !== undefined).map(accumulate))
      return { unit, views: all, total: all[0]?.[0] ?? zeros }
    })
  }
}

function accumulate (counts: number[]): number[] {
  let sum = 0
  for (let i = 0; i < counts.length; i++) counts[i] = sum += counts[i] ?? 0
  return counts
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
