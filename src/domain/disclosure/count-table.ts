import type { Range } from '../period.ts'
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
  total: Float64Array
  /** `views[k]`: one array for each group of view k that the unit has; view 0 is the total alone. */
  views: Float64Array[][]
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

  const byUnit = new Map<number, Array<Map<string, Float64Array>>>()
  const empty = () => Array.from({ length: views }, () => new Map<string, Float64Array>())
  for (const unit of units) byUnit.set(unit, empty())
  // There are tens of thousands of cells, on few days and with few paths.
  const stretchOf = remembered((day: number) => place(day).stretch)
  const keysOf = remembered((path: readonly number[]) => Array.from({ length: views }, (_, view) => path.slice(0, view).join()))
  for (const { unit, day, count, path } of cells) {
    if (count === 0) continue
    let groups = byUnit.get(unit)
    if (groups === undefined) byUnit.set(unit, groups = empty())
    const end = stretchOf(day) + 1
    const keys = keysOf(path)
    for (let view = 0; view < views; view++) {
      const [group, key] = [groups[view], keys[view] ?? '']
      let counts = group?.get(key)
      if (counts === undefined) group?.set(key, counts = new Float64Array(ranks.length))
      // A stretch that is open to the right, past the last date, is in no count that may be published.
      if (counts !== undefined && end < ranks.length) counts[end] = (counts[end] ?? 0) + count
    }
  }
  return {
    weights,
    sensitive,
    place,
    units: [...byUnit].map(([unit, groups]) => {
      const all = groups.map((group) => [...group.values()].map(accumulate))
      return { unit, views: all, total: all[0]?.[0] ?? new Float64Array(ranks.length) }
    })
  }
}

function remembered<Key, Value> (find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) known.set(key, value = find(key))
    return value
  }
}

function accumulate (counts: Float64Array): Float64Array {
  let sum = 0
  return counts.map((count) => (sum += count))
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
