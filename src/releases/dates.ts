import { candidateDates, type CandidateDate } from '../domain/disclosure/publication-dates.ts'
import type { DisclosureRule } from '../domain/disclosure/rule.ts'
import { periodStart, type DateRange } from '../domain/period.ts'
import { MONTH } from './figures.ts'

/** The candidate dates of a year with their weights: those decided already, and those that can be decided today. */
export interface Candidates {
  dates: number[]
  weights: number[]
  /** In which order dates are decided: the largest first. As weights, but for the first month. */
  order: number[]
  /** Indices of those to decide. */
  open: number[]
}

/** How many days a Monday waits for the first of a month. */
const WAIT = 6
const LESS_THAN_A_WEEK = 2

/**
 * Finds what can be decided. A period is due `delayDays` after its end. A date within the week before the first of a
 * month waits for it: published first, it might leave too small a count up to the first of the month, and a month is
 * worth more than a week. `begun` is the first day with anything reported. `isPossible` says of other days that they
 * cannot be decided yet, or not at all.
 */
export function candidatesOf (
  year: DateRange,
  rule: Pick<DisclosureRule, 'finest' | 'delayDays'>,
  decided: readonly number[],
  today: number,
  begun: number,
  isPossible: (day: number) => boolean = () => true
): Candidates {
  const due = today - rule.delayDays
  const all = candidateDates(year, rule.finest)
  // A month in which reporting began is no whole month: its end is worth less than a week's.
  const orderOf = ({ day, weight }: CandidateDate): number =>
    weight === MONTH && begun > periodStart('month', day - 1) && begun < day ? LESS_THAN_A_WEEK : weight
  const waits = (one: CandidateDate): boolean => all.some((other) =>
    orderOf(other) > orderOf(one) && (orderOf(other) >= MONTH || one.weight === MONTH) &&
    other.day > one.day && other.day <= one.day + WAIT && other.day > due
  )
  const last = decided.at(-1) ?? -Infinity
  const open = all.filter((one) => one.day > last && one.day <= due && !waits(one) && isPossible(one.day))
    .map(({ day }) => day)
  const dates = [...decided, ...open]
  const weightOf = new Map(candidateDates(year, 'day').map(({ day, weight }) => [day, weight]))
  return {
    dates,
    weights: dates.map((day) => weightOf.get(day) ?? 1),
    order: dates.map((day) => orderOf({ day, weight: weightOf.get(day) ?? 1 })),
    open: dates.flatMap((day, i) => day > last ? [i] : [])
  }
}
