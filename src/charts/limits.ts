import { ProblemError } from '../errors.ts'

/** A year of days fits. */
export const MOST_PERIODS = 400
/** More lines than these cannot be told apart. */
export const MOST_SERIES = 12
export const MOST_BARS = 60

const INSTEAD = 'or take the figures from the address without .svg.'

/** Throws `ProblemError` where there are more periods than a chart has room for. */
export function checkPeriods (count: number): void {
  if (count <= MOST_PERIODS) return
  throw new ProblemError(
    'invalid-request',
    `A chart has room for ${MOST_PERIODS} periods, and these are ${count}: ask for longer ones or a shorter range, ` +
      INSTEAD
  )
}

/** The same of lines. `instead`: how there would be fewer. */
export function checkSeries (count: number, instead: string): void {
  if (count <= MOST_SERIES) return
  throw new ProblemError(
    'invalid-request', `A chart has room for ${MOST_SERIES} lines, and these are ${count}: ${instead}, ${INSTEAD}`
  )
}

/** The same of bars. */
export function checkBars (count: number): void {
  if (count <= MOST_BARS) return
  throw new ProblemError(
    'invalid-request',
    `A chart has room for ${MOST_BARS} authorities, and ${count} have a value: ask for the first (top=20), for ` +
      `a smaller group (group=nearest:…), ${INSTEAD}`
  )
}
