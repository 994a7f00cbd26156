import type { Period } from '../period.ts'

/** Levels at which figures are published, from the coarsest to the finest. */
export const DISCLOSURE_LEVELS = ['authority', 'ward', 'street'] as const
export type DisclosureLevel = typeof DISCLOSURE_LEVELS[number]

/** What is suppressed at one level. */
export interface DisclosureRule {
  /** Counts of 1 up to one less than this are suppressed; null: nothing is. */
  threshold: number | null
  /** The finest period for which figures are published, where the threshold is on. */
  finest: Extract<Period, 'day' | 'week' | 'month' | 'quarter' | 'financial_year'>
  /** Whole days after the end of a period before it is published. 0: figures to date are published as well. */
  delayDays: number
  /** What is published is rounded to the nearest multiple of this; null: it is not. */
  roundTo: number | null
}

export const DEFAULT_RULES: Readonly<Record<DisclosureLevel, DisclosureRule>> = {
  authority: { threshold: null, finest: 'day', delayDays: 0, roundTo: null },
  ward: { threshold: 3, finest: 'week', delayDays: 0, roundTo: null },
  street: { threshold: 5, finest: 'month', delayDays: 7, roundTo: null }
}

const FINEST: ReadonlyArray<DisclosureRule['finest']> = ['day', 'week', 'month', 'quarter', 'financial_year']
const most = (a: number | null, b: number | null): number | null => a === null || b === null ? a ?? b : Math.max(a, b)

/** A rule that keeps back whatever either of two keeps back. */
export function strictest (a: DisclosureRule, b: DisclosureRule): DisclosureRule {
  return {
    threshold: most(a.threshold, b.threshold),
    finest: FINEST.indexOf(a.finest) > FINEST.indexOf(b.finest) ? a.finest : b.finest,
    delayDays: Math.max(a.delayDays, b.delayDays),
    roundTo: most(a.roundTo, b.roundTo)
  }
}

/** Whether a count, or the rest of one, is too small to publish. */
export function isSmall (count: number, threshold: number | null): boolean {
  return threshold !== null && count > 0 && count < threshold
}

/** Rounds half up, as a published table would. Applied after suppression, so that no suppressed figure becomes 0. */
export function rounded (value: number, { roundTo }: Pick<DisclosureRule, 'roundTo'>): number {
  return roundTo === null ? value : Math.floor(value / roundTo + 0.5) * roundTo
}
