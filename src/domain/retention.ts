import { addPeriods, periodStart } from './period.ts'

/**
 * The least that raw rows are kept. A correction of a day may come until its financial year has ended, and is released
 * with the revision at the end of the quarter after: the first day of a year is open for fifteen months.
 */
export const LEAST_MONTHS = 15
export const MOST_MONTHS = 1200

/** Days after which a rule that was changed is in force: what it removes cannot be brought back, so there is time. */
export const GRACE_DAYS = 7

/** What is said of an authority, or of all: `months` null keeps rows for ever; `inherits`: what is said for all. */
export interface RetentionRule { months: number | null, inherits: boolean, updatedAt: Date }

/** What holds of an authority, and since when it is said. */
export interface Retention { months: number | null, setBy: 'authority' | 'all' | 'nobody', since: Date | undefined }

export function retentionOf (own: RetentionRule | undefined, ofAll: RetentionRule | undefined): Retention {
  if (own !== undefined && !own.inherits) return { months: own.months, setBy: 'authority', since: own.updatedAt }
  const times = [own, ofAll].flatMap((rule) => rule?.updatedAt.getTime() ?? [])
  return {
    months: ofAll?.months ?? null,
    setBy: ofAll?.months == null ? 'nobody' : 'all',
    since: times.length === 0 ? undefined : new Date(Math.max(...times))
  }
}

/**
 * The cut-off of a day: rows of earlier days are older than so many whole months. It is the first of a month, so that
 * no row of a rollup holds days of both sides.
 */
export const cutOffOn = (today: number, months: number): number =>
  addPeriods('month', periodStart('month', today), -months)
