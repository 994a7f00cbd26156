import { overlap, type DateRange } from '../period.ts'
import type { DisclosurePlan } from './disclosure-plan.ts'

interface RangePlan { range: DateRange, plan: DisclosurePlan }

/**
 * Joins the plans of ranges that follow one another into one. A figure over several ranges is published where the
 * figure of each range is.
 */
export function joinPlans (plans: readonly RangePlan[]): DisclosurePlan {
  const [only] = plans
  if (only !== undefined && plans.length === 1) return only.plan
  const within = (asked: DateRange): RangePlan[] =>
    plans.flatMap(({ range, plan }) => {
      const common = overlap(range, asked)
      return common === undefined ? [] : [{ plan, range: common }]
    })
  return {
    bytes: plans.reduce((sum, { plan }) => sum + plan.bytes, 0),
    isPublished: (unit, asked, view) => within(asked).every(({ plan, range }) => plan.isPublished(unit, range, view)),
    levelOn: (unit, day) => {
      const begun = plans.filter(({ range }) => range.start <= day)
      return Math.min(...begun.map(({ range, plan }) => plan.levelOn(unit, Math.min(day, range.end))))
    },
    suppressedUnits: (asked, view) => [
      ...new Set(within(asked).flatMap(({ plan, range }) => plan.suppressedUnits(range, view)))
    ]
  }
}
