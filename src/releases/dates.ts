import { candidateDates } from '../domain/disclosure/publication-dates.ts'
import type { DisclosureRule } from '../domain/disclosure/rule.ts'
import type { DateRange } from '../domain/period.ts'
import { MONTH } from './figures.ts'

/** The candidate dates of a year with their weights: those decided already, and those that can be decided today. */
export interface Candidates {
  dates: number[]
  weights: number[]
  /** Indices of those to decide. */
  open: number[]
}

/** How many days a Monday waits for the first of a month. */
const WAIT = 6

/**
 * Finds what can be decided. A period is due `delayDays` after its end. A date within the week before the first of a
 * month waits for it: published first, it might leave too small a count up to the first of the month, and a month is
 * worth more than a week. `isPossible` says of other days that they cannot be decided yet, or not at all.
 */
export function candidatesOf (
  year: DateRange,
  rule: Pick<DisclosureRule, 'finest' | 'delayDays'>,
  decided: readonly number[],
  today: number,
  isPossible: (day: number) => boolean = () => true
): Candidates {
  const due = today - rule.delayDays
  const all = candidateDates(year, rule.finest)
  const heavy = all.filter(({ weight }) => weight >= MONTH).map(({ day }) => day)
  const waits = (day: number): boolean => heavy.some((first) => first > day && first <= day + WAIT && first > due)
  const last = decided.at(-1) ?? -Infinity
  const open = all.filter(({ day }) => day > last && day <= due && !waits(day) && isPossible(day)).map(({ day }) => day)
  const dates = [...decided, ...open]
  const weightOf = new Map(candidateDates(year, 'day').map(({ day, weight }) => [day, weight]))
  return {
    dates,
    weights: dates.map((day) => weightOf.get(day) ?? 1),
    open: dates.flatMap((day, i) => day > last ? [i] : [])
  }
}
