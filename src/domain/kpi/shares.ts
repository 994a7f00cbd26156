import type { Definition, DigitalClass, EventTerm, KpiVersion } from './definition.ts'

/** Classes of channels that count as digital: direct debit and other passive ones included. */
export const DIGITAL: DigitalClass[] = ['digital', 'digital-passive']
/**
 * Classes that digital take-up is a share of. Unknown channels and transactions that no resident began are left out.
 */
export const IN_TAKE_UP: DigitalClass[] = [...DIGITAL, 'non-digital']

export const RATINGS = [1, 2, 3, 4, 5] as const
export type Rating = typeof RATINGS[number]

/** Counts the answers with some ratings, whether they came as events or as counts. */
export function ratings (which: readonly Rating[]): EventTerm {
  return {
    events: 'rating',
    outcomes: Object.fromEntries(which.map((rating) => [rating, 1])),
    counts: Object.fromEntries(which.map((rating) => [`ratings_${rating}`, 1]))
  }
}

/** Counts the answers with one rating, which the old dialect shows beside the score. It is no published KPI. */
export function countOfRating (rating: Rating): KpiVersion {
  return {
    kpi: `rating-${rating}`,
    version: 1,
    created_at: new Date(0),
    title: `Ratings of ${rating}`,
    formula: `Answers with a rating of ${rating}.`,
    source: 'docs/performance-platform.md, Typed data',
    source_date: null,
    owner: 'Local Performance Platform',
    effective_from: '2000-01-01',
    state: 'agreed',
    unit: 'count',
    scale: 1,
    polarity: 'none',
    target: null,
    min_denominator: 0,
    min_coverage: 0,
    numerator: [ratings([rating])],
    denominator: null
  }
}

/** Converts a KPI's value to the scale of the old dialect: shares from 0 to 1 for percent, pounds for pence. */
export function onOldScale (
  { unit, scale }: Pick<Definition, 'unit' | 'scale'>,
  { numerator, denominator, value }: { numerator: number | null, denominator: number | null, value: number }
): number {
  // Divide anew: the percentage over 100 is off in the last digit.
  if (unit === 'percent' && numerator !== null) return numerator * (scale / 100) / (denominator ?? 1)
  return unit === 'pence' ? value / PENCE : value
}

/** Pence in a pound. */
export const PENCE = 100
