import { checkCount } from '../domain/cost.ts'
import type { SeriesQuery } from './parse.ts'

/** The most values of an answer: each takes some 70 bytes in the answer, and as many more while it is made. */
export const MOST_VALUES = 200_000

/** Throws `ProblemError` where the groups would have more than `MOST_VALUES` values. */
export function checkSize (groups: number, { periods }: SeriesQuery): void {
  checkCount(
    groups * periods.length,
    MOST_VALUES,
    `values of ${groups} groups over ${periods.length} periods`,
    'fewer authorities or groups, longer periods or a shorter range'
  )
}
