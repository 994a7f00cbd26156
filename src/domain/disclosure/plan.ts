import type { DateRange } from '../period.ts'
import { addSecondarySuppression } from './secondary-suppression.ts'
import {
  countTable, type GroupCounts, type ParentDay, type Place, type Places, type UnitCounts
} from './count-table.ts'
import type { DisclosurePlan } from './disclosure-plan.ts'
import { byWeight, ownDates, type Levels } from './primary-suppression.ts'
import { candidateDates } from './publication-dates.ts'
import type { DisclosureRule } from './rule.ts'

export interface PlanInput {
  range: DateRange
  rule: DisclosureRule
  /** Counts by unit, finest breakdown and gap between dates. */
  groups: Iterable<GroupCounts>
  /** The first days of those gaps, ascending: every day, or only `candidateDates`, since plans need no finer counts. */
  starts: readonly number[]
  /** Steps of a path, plus one for the total. */
  views: number
  /** The days on which the public can see that the parent has anything. */
  parentDays: readonly ParentDay[]
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
 * Decides once for all queries which figures may be published: for every unit it picks the dates at which the count
 * since the start of the range may be known. A figure over some days is the difference of two such counts, and is
 * published where both are. See docs/disclosure-control.md for why nobody can then solve for a suppressed count.
 */
export function planDisclosure (input: PlanInput): DisclosurePlan {
  const { range, rule, groups, starts, parentDays, views, today, hasParent = true, parentLevel } = input
  const { threshold } = rule
  if (threshold === null && parentLevel === undefined) return PUBLISH_ALL
  const latest = rule.delayDays === 0 ? Infinity : today - rule.delayDays + 1
  const dates = candidateDates(range, rule.finest, latest)
  const { place, weights, sensitive, units: counted } = countTable({
    range, dates, groups, starts, parentDays, units: input.units ?? [], views, threshold: threshold ?? 1
  })
  const dayOfDate = new Map<number, number>()
  for (const { day } of dates) {
    const { date } = place(day)
    if (date !== undefined) dayOfDate.set(date, Math.min(day, dayOfDate.get(date) ?? day))
  }
  const levelOfParent = (date: number): number => parentLevel?.(dayOfDate.get(date) ?? range.start) ?? EVERYTHING
  const order = byWeight(weights)
  const units = counted.map((counts) => ({ counts, levels: ownDates(counts, order, threshold ?? 1) }))
  const [only] = units
  if (hasParent && units.length === 1 && only !== undefined) {
    // A lone unit has the parent's counts under another name: publish it exactly where the parent is published.
    for (const date of only.levels.keys()) only.levels[date] = levelOfParent(date)
  } else if (hasParent) {
    addSecondarySuppression({ units, weights, sensitive, parentLevel: levelOfParent, threshold: threshold ?? 1, views })
  }
  return compactPlan(place, units, weights.length)
}

/** Packs a plan: plans stay in memory, so store two numbers for each unit and date, and no counts by breakdown. */
function compactPlan (
  place: Places, units: ReadonlyArray<{ counts: UnitCounts, levels: Levels }>, dates: number
): DisclosurePlan {
  const rows = new Map(units.map(({ counts: { unit } }, row) => [unit, row]))
  const [totals, levels] = [new Float64Array(units.length * dates), new Int8Array(units.length * dates)]
  units.forEach(({ counts, levels: ofUnit }, row) => {
    totals.set(counts.total, row * dates)
    levels.set(ofUnit, row * dates)
  })
  const levelAt = (row: number, { date, gap }: Place): number => {
    const first = row * dates
    if (date !== undefined) return levels[first + date] ?? -1
    if (gap + 1 >= dates) return -1
    const [before, after] = [levels[first + gap] ?? -1, levels[first + gap + 1] ?? -1]
    return before >= 0 && after >= 0 && totals[first + gap] === totals[first + gap + 1]
      ? Math.max(before, after)
      : -1
  }
  // Look up the ends of a range once: thousands of units ask for the same range one after the other.
  let known: { range: DateRange, start: Place, end: Place } | undefined
  const isOpen = (row: number, range: DateRange, view: number): boolean => {
    if (known?.range.start !== range.start || known.range.end !== range.end) {
      known = { range, start: place(range.start), end: place(range.end) }
    }
    const { start, end } = known
    return start.rank === end.rank || (levelAt(row, start) >= view && levelAt(row, end) >= view)
  }
  return {
    isPublished: (unit, range, view) => {
      const row = rows.get(unit)
      return row === undefined || isOpen(row, range, view)
    },
    levelOn: (unit, day) => {
      const row = rows.get(unit)
      return row === undefined ? EVERYTHING : levelAt(row, place(day))
    },
    suppressedUnits: (range, view) => [...rows].filter(([, row]) => !isOpen(row, range, view)).map(([unit]) => unit),
    bytes: totals.byteLength + levels.byteLength + rows.size * BYTES_A_UNIT + BYTES_A_PLAN
  }
}

const [BYTES_A_UNIT, BYTES_A_PLAN] = [50, 4000] // a map entry; the days of the year

const PUBLISH_ALL: DisclosurePlan = {
  isPublished: () => true, levelOn: () => EVERYTHING, suppressedUnits: () => [], bytes: 0
}
