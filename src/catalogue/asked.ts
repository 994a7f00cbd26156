import { parseDay } from '../domain/calendar.ts'
import { ProblemError } from '../errors.ts'
import type { Area, Authority, Directory } from './directory.ts'

/**
 * The authorities of a list: those in force on a day (today, if left out), and with `abolished` those that had ended by
 * then. Throws `ProblemError` for a day that is none.
 */
export function authoritiesAsked (
  directory: Directory, { on, include }: { on?: string, include?: 'abolished' }
): Authority[] {
  const day = on === undefined ? directory.today : dayAsked(on)
  return include === undefined
    ? directory.authoritiesOn(day)
    : directory.everyAuthority.filter(({ from }) => from <= day)
}

/** Some areas; with `on` those of that day. Throws `ProblemError` for a day that is none. */
export function areasOn (areas: readonly Area[], on: string | undefined): readonly Area[] {
  if (on === undefined) return areas
  const day = dayAsked(on)
  return areas.filter(({ from, to }) => from <= day && day <= to)
}

function dayAsked (text: string): number {
  const day = parseDay(text)
  if (day !== undefined) return day
  throw new ProblemError('invalid-period-range', `on ${text} is not a day of the calendar; send YYYY-MM-DD.`)
}

/** The ids of the authorities that a question is about: of the one that it names, or of all there ever were. */
export function idsAsked (directory: Directory, authorityId?: number): number[] {
  return authorityId === undefined ? [...directory.authorityById.keys()] : [authorityId]
}
