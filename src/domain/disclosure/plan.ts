import type { Range } from '../period.ts'
import { hideComplements } from './complement.ts'
import { countTable, type DisclosureCell, type ParentDay } from './count-table.ts'
import { at, byWeight, ownDates, type Levels } from './own-dates.ts'
import { candidateDates } from './publication-dates.ts'
import type { DisclosureRule } from './rule.ts'

/** Which figures of the units of one parent may be published. */
export interface DisclosurePlan {
  /**
   * Whether the count of `unit` over `range`, broken down by `view`, may be published. `range` lies in the plan's
   * window. A unit that the plan has not heard of has nothing, which may be said.
   */
  isPublished: (unit: number, range: Range, view: number) => boolean
  /** The finest view published on a day; -1: none. As `parentLevel` of the plan for the level below. */
  levelOn: (unit: number, day: number) => number
  /** The units of which something is hidden in `range`; a list of all units must show these even where they are 0. */
  hiddenUnits: (range: Range, view: number) => number[]
}

export interface PlanInput {
  window: Range
  rule: DisclosureRule
  /** Counts by unit, day and breakdown; coarser days than real ones are fine if they are `candidateDates`. */
  cells: readonly DisclosureCell[]
  /** Steps of a path, plus one for the total. */
  views: number
  /** The days on which the public can see that the parent has anything; left out: the days of the cells. */
  parentDays?: readonly ParentDay[]
  /** Units that exist, with or without events; they may serve as complements. */
  units?: Iterable<number>
  /** Whether the units add up to a parent that is published; an authority is its own parent. */
  hasParent?: boolean
  /** What the parent publishes on a day; left out: everything. */
  parentLevel?: (day: number) => number
  /** Today as a local day, for the delay. */
  today: number
}

export const EVERYTHING = 127

/**
 * Decides which figures may be published, once for all queries: for every unit the dates at which its count since the
 * start of the window may be known. A figure over a range is the difference of two such counts, and is published where
 * both are. See docs/disclosure-control.md for why nothing hidden can then be solved for.
 */
export function planDisclosure (input: PlanInput): DisclosurePlan {
  const { window, rule, cells, views, today, hasParent = true, parentLevel } = input
  const { threshold } = rule
  if (threshold === null && parentLevel === undefined) return PUBLISH_ALL
  const latest = rule.delayDays === 0 ? Infinity : today - rule.delayDays + 1
  const dates = candidateDates(window, rule.finest, latest)
  const parentDays = input.parentDays ?? daysOf(cells)
  const table = countTable({ window, dates, cells, parentDays, units: input.units ?? [], views, threshold: threshold ?? 1 })
  const dayOfDate = new Map<number, number>()
  for (const { day } of dates) {
    const { date } = table.place(day)
    if (date !== undefined) dayOfDate.set(date, Math.min(day, dayOfDate.get(date) ?? day))
  }
  const levelOfParent = (date: number): number => parentLevel?.(dayOfDate.get(date) ?? window.start) ?? EVERYTHING
  const order = byWeight(table.weights)
  const units = table.units.map((counts) => ({ counts, levels: ownDates(counts, order, threshold ?? 1) }))
  const [only] = units
  if (hasParent && units.length === 1 && only !== undefined) {
    // The only unit there is is its parent under another name: all of it is known already, or hidden there.
    for (const date of only.levels.keys()) only.levels[date] = levelOfParent(date)
  } else if (hasParent) {
    hideComplements({
      units,
      weights: table.weights,
      sensitive: table.sensitive,
      parentLevel: levelOfParent,
      threshold: threshold ?? 1,
      views
    })
  }

  // What is kept is small: plans stay in memory, the counts by breakdown do not.
  const byUnit = new Map(units.map(({ counts: { unit, total }, levels }) => [unit, { total, levels }]))
  type Unit = { total: readonly number[], levels: Levels }
  const levelAt = ({ total, levels }: Unit, { date, stretch }: ReturnType<typeof table.place>): number => {
    if (date !== undefined) return at(levels, date)
    const [before, after] = [at(levels, stretch), stretch + 1 < levels.length ? at(levels, stretch + 1) : -1]
    return before >= 0 && after >= 0 && at(total, stretch) === at(total, stretch + 1) ? Math.max(before, after) : -1
  }
  // Units are asked about by the thousand, ranges one after the other: the ends of a range are looked up once.
  let known: { range: Range, open: (unit: Unit, view: number) => boolean } | undefined
  const openOver = (range: Range): (unit: Unit, view: number) => boolean => {
    if (known?.range.start !== range.start || known.range.end !== range.end) {
      const [start, end] = [table.place(range.start), table.place(range.end)]
      known = { range, open: (unit, view) => start.rank === end.rank || (levelAt(unit, start) >= view && levelAt(unit, end) >= view) }
    }
    return known.open
  }
  return {
    isPublished: (unit, range, view) => {
      const found = byUnit.get(unit)
      return found === undefined || openOver(range)(found, view)
    },
    levelOn: (unit, day) => {
      const found = byUnit.get(unit)
      return found === undefined ? EVERYTHING : levelAt(found, table.place(day))
    },
    hiddenUnits: (range, view) => [...byUnit].filter(([, found]) => !openOver(range)(found, view)).map(([unit]) => unit)
  }
}

const PUBLISH_ALL: DisclosurePlan = { isPublished: () => true, levelOn: () => EVERYTHING, hiddenUnits: () => [] }

function daysOf (cells: readonly DisclosureCell[]): ParentDay[] {
  const days = new Map<number, Map<string, number>>()
  for (const { day, count, path } of cells) {
    if (count === 0) continue
    const groups = days.get(day) ?? new Map<string, number>()
    const key = path.join()
    groups.set(key, (groups.get(key) ?? 0) + count)
    days.set(day, groups)
  }
  return [...days].map(([day, groups]) => ({ day, least: Math.min(...groups.values()) }))
}
