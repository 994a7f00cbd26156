import { isSmall } from '../domain/disclosure/rule.ts'
import { isWideWithin } from './dominance.ts'
import type { Publication } from './publication.ts'
import type { YearCounts } from './year-counts.ts'

/** A unit's figure between two candidate dates (indices), within which it is cumulated. */
export interface Span { unit: number, figure: number, groups: readonly number[], first: number, last: number }

export interface PrimaryInput {
  counts: YearCounts
  publication: Publication
  threshold: number
  /** How much each date is worth: the larger are decided first, so that a month is not lost for a week. */
  order: readonly number[]
}

/**
 * Primary suppression: publishes the figure at every one of `dates` where it grows by 0 or by enough since the
 * published date before it and up to the one after it.
 */
export function publishDates (input: PrimaryInput, span: Span, dates: readonly number[]): void {
  const { publication, order } = input
  const { unit, figure, first, last } = span
  for (const date of [...dates].sort((a, b) => (order[b] ?? 0) - (order[a] ?? 0) || a - b)) {
    const before = publication.before(unit, figure, date, first)
    const after = publication.after(unit, figure, date, last)
    if (before === undefined || !mayShow(input, span, before, date)) continue
    if (after === undefined || mayShow(input, span, date, after)) publication.add(unit, figure, date, 'new')
  }
}

/** Whether the growth between two dates is no small count, and gives no part of it away. */
export function mayShow ({ counts, threshold }: PrimaryInput, span: Span, from: number, to: number): boolean {
  const grown = counts.sum(span.unit, span.groups, from, to)
  if (grown === 0) return true
  return !isSmall(grown, threshold) && isWideWithin(counts, span.unit, span.groups, from, to, threshold)
}
