import type { ObservedValue } from '../domain/kpi/cover.ts'

/**
 * What terms come to. `days` are those that observations had to cover, `covered` those that they do, `reported` those
 * that they or reports of events account for; all of a release.
 */
export interface Tally {
  value: number | null
  days: number
  covered: number
  reported: number
  used: ObservedValue[]
  /** Whether events of those days were corrected or voided, or came after they had been released. */
  revisedEvents?: boolean | undefined
  /** Why a release does not say it. */
  withheld?: 'suppressed' | 'not-yet' | undefined
}
