import { EVENT_TYPES, OUTCOMES } from '../../domain/event.ts'

/** So many events of one type, outcome and class of channel. */
export interface Counted { type: number, outcome: number, digitalClass: string, count: number, newest: string }

/** What the front end's list of services shows of one; a share is from 0 to 1. What is not known is left out. */
export interface LatestFigures {
  newest: string
  number_of_transactions?: number
  digital_takeup?: number
  completion_rate?: number
  user_satisfaction_score?: number
}

const IN_TAKE_UP = ['digital', 'digital-passive', 'non-digital']

/**
 * Figures by the published definitions of the GOV.UK Service Manual: digital take-up (direct debit counts as digital,
 * unrecorded channels as neither), completion rate as of 13 August 2015 (a journey that ends in "not eligible" came to
 * its end), and user satisfaction as the Performance Platform had it: the mean rating less 1, over 4.
 */
export function latestFigures (counted: Counted[]): LatestFigures | undefined {
  if (counted.length === 0) return undefined
  const total = (matches: (one: Counted) => boolean): number =>
    counted.filter(matches).reduce((sum, { count }) => sum + count, 0)
  const isTransaction = ({ type, outcome }: Counted): boolean =>
    type === EVENT_TYPES.transaction && outcome !== OUTCOMES.failed
  const inChannels = (classes: string[]): number =>
    total((one) => isTransaction(one) && classes.includes(one.digitalClass))
  const journeys = (...outcomes: number[]): number =>
    total(({ type, outcome }) => type === EVENT_TYPES.journey && outcomes.includes(outcome))
  const rated = (rating: 1 | 2 | 3 | 4 | 5): number =>
    total(({ type, outcome }) => type === EVENT_TYPES.rating && outcome === OUTCOMES[rating])
  return {
    newest: counted.map(({ newest }) => newest).reduce((a, b) => a > b ? a : b),
    ...(counted.some(isTransaction) && { number_of_transactions: total(isTransaction) }),
    ...shareAs('digital_takeup', inChannels(['digital', 'digital-passive']), inChannels(IN_TAKE_UP)),
    ...shareAs('completion_rate', journeys(OUTCOMES.completed, OUTCOMES.ineligible), journeys(OUTCOMES.started)),
    ...shareAs(
      'user_satisfaction_score',
      rated(2) + 2 * rated(3) + 3 * rated(4) + 4 * rated(5),
      4 * (rated(1) + rated(2) + rated(3) + rated(4) + rated(5))
    )
  }
}

export function shareAs<K extends string> (key: K, part: number, whole: number): { [key in K]?: number } {
  return (whole > 0 ? { [key]: part / whole } : {}) as { [key in K]?: number }
}
