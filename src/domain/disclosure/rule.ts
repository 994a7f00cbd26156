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

const FINEST = ['day', 'week', 'month', 'quarter', 'financial_year'] as const
const COMPARABLE: { [Field in keyof DisclosureRule]: (rule: DisclosureRule) => number } = {
  threshold: ({ threshold }) => threshold ?? 0,
  finest: ({ finest }) => FINEST.indexOf(finest),
  delayDays: ({ delayDays }) => delayDays,
  roundTo: ({ roundTo }) => roundTo ?? 0
}
const FIELDS = Object.keys(COMPARABLE) as Array<keyof DisclosureRule>

/** The fields in which a rule shows more than another: a lower threshold, a finer period, less delay or rounding. */
export function looserFields (rule: DisclosureRule, than: DisclosureRule): Array<keyof DisclosureRule> {
  return FIELDS.filter((field) => COMPARABLE[field](rule) < COMPARABLE[field](than))
}

/** Of each field the stricter one. */
export function strictest (a: DisclosureRule, b: DisclosureRule): DisclosureRule {
  const looser = looserFields(a, b)
  return { ...a, ...Object.fromEntries(looser.map((field) => [field, b[field]])) }
}

/** Whether a count, or the rest of one, is too small to publish. */
export function isSmall (count: number, threshold: number | null): boolean {
  return threshold !== null && count > 0 && count < threshold
}

/** Rounds half up, as a published table would. Applied after suppression, so that no suppressed figure becomes 0. */
export function rounded (value: number, { roundTo }: Pick<DisclosureRule, 'roundTo'>): number {
  return roundTo === null ? value : Math.floor(value / roundTo + 0.5) * roundTo
}
