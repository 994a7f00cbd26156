import type { DateRange } from '../period.ts'
import { countTable, type GroupCounts } from './count-table.ts'
import type { DisclosurePlan } from './disclosure-plan.ts'
import { byWeight, ownDates } from './primary-suppression.ts'
import { candidateDates } from './publication-dates.ts'
import type { DisclosureRule } from './rule.ts'

export interface PlanInput {
  range: DateRange
  rule: DisclosureRule
  /** Counts by finest breakdown and gap between dates. */
  groups: Iterable<GroupCounts>
  /** The first days of those gaps, ascending: every day, or only `candidateDates`, since plans need no finer counts. */
  starts: readonly number[]
  /** Steps of a path, plus one for the total. */
  views: number
}

/**
 * Decides which of an authority's own figures may be published where a rule is about them: it picks the dates at which
 * the count since the start of the range may be known. A figure over some days is the difference of two such counts,
 * and is published where both are.
 */
export function planDisclosure ({ range, rule, groups, starts, views }: PlanInput): DisclosurePlan {
  const { threshold } = rule
  if (threshold === null) return { isPublished: () => true }
  const dates = candidateDates(range, rule.finest)
  const { counts, weights, dateOf } = countTable({ range, dates, groups, starts, views })
  const levels = ownDates(counts, byWeight(weights), threshold)
  return {
    isPublished: ({ start, end }, view) => {
      const [from, to] = [dateOf(start), dateOf(end)]
      if (from === undefined || to === undefined) return false
      return from === to || ((levels[from] ?? -1) >= view && (levels[to] ?? -1) >= view)
    }
  }
}
