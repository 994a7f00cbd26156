import { overlap, type DateRange } from '../period.ts'
import type { DisclosurePlan } from './disclosure-plan.ts'

/** One plan of several that follow one another: a figure over several of them is published where each part of it is. */
export function joinPlans (parts: ReadonlyArray<{ window: DateRange, plan: DisclosurePlan }>): DisclosurePlan {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only.plan
  const within = (range: DateRange) =>
    parts.flatMap(({ window, plan }) => {
      const part = overlap(window, range)
      return part === undefined ? [] : [{ plan, part }]
    })
  return {
    bytes: parts.reduce((sum, { plan }) => sum + plan.bytes, 0),
    isPublished: (unit, range, view) => within(range).every(({ plan, part }) => plan.isPublished(unit, part, view)),
    levelOn: (unit, day) =>
      Math.min(...parts.filter(({ window }) =>
        window.start <= day
      ).map(({ window, plan }) => plan.levelOn(unit, Math.min(day, window.end)))),
    suppressedUnits: (range, view) => [
      ...new Set(within(range).flatMap(({ plan, part }) => plan.suppressedUnits(part, view)))
    ]
  }
}
