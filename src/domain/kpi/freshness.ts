import type { Period } from '../period.ts'

/**
 * How old, in days, the newest report may be before it is late. Performance Platform, `max_age_expected` of a data set
 * by period: 180,000, 1,300,000, 5,200,000 and 15,600,000 seconds (alphagov/stagecraft models/data_set.py); a year by
 * analogy.
 */
const ALLOWED_AGE: Record<Period, number> = {
  day: 2, week: 15, month: 60, quarter: 180, financial_quarter: 180, year: 540, financial_year: 540
}

/** Days by which a report is late: 0 while it is in time. */
export function daysLate (newest: number, today: number, rhythm: Period): number {
  return Math.max(0, today - newest - ALLOWED_AGE[rhythm])
}
