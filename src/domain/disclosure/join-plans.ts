import { overlap, type Range } from '../period.ts'
import type { DisclosurePlan } from './plan.ts'

/**
 * Plans of stretches that follow one another as one plan: a figure over several of them may be published where each
 * part may.
 */
export function joinPlans (parts: ReadonlyArray<{ window: Range, plan: DisclosurePlan }>): DisclosurePlan {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only.plan
  const within = (range: Range) =>
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
    hiddenUnits: (range, view) => [...new Set(within(range).flatMap(({ plan, part }) => plan.hiddenUnits(part, view)))]
  }
}
