import type { Area, Authority, Service } from '../catalogue/directory.ts'
import type { Merging } from '../catalogue/merging.ts'
import { isEventTerm, termsOf, type EventTerm, type KpiVersion } from '../domain/kpi/definition.ts'
import type { Reason } from '../domain/kpi/evaluate.ts'
import type { DateRange } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'

/** By what a KPI may be split within an authority. */
export type Split = 'none' | 'channel' | 'ward' | 'street'

/** A question about one KPI, every name resolved. Periods are whole ones. */
export interface KpiQuestion {
  versions: readonly KpiVersion[]
  service: Service
  authorities: readonly Authority[]
  periods: readonly DateRange[]
  split: Split
  /** false: authorities are added up, so that each has the channels of all. */
  byAuthority?: boolean
  /** Whose values are added up in whose group; each in its own, where left out. */
  merging?: Merging
  /** Only these wards, or streets of them: those that a name means in the range. */
  wards?: readonly Area[] | undefined
  /** How many streets at most, those with the most first. */
  top: number
  /**
   * So many of the first periods are there to compare the others with; which streets have the most is asked of the
   * others.
   */
  earlier?: number
  today: number
}

/** A KPI of one authority in one period, split or not. */
export interface KpiValue {
  authorityId: number
  /** Index into the question's periods. */
  period: number
  /** Id of the channel or ward, USRN of the street; null where not split. 0: not recorded. */
  member: number | null
  numerator: number | null
  /** Null too where the definition has none. */
  denominator: number | null
  value: number | null
  status: Status
  reason: Reason | null
  /** Share of the period's days that observations cover or, for events, on which anything was reported. */
  coverage: number | null
  /** Where figures are by week: the value is about the weeks that begin in the period. */
  basis?: 'weeks'
  version: KpiVersion | null
  notes: string[]
}

/** One authority in one period, and the definition in force. */
export interface AuthorityPeriod {
  authority: Authority
  period: number
  range: DateRange
  version: KpiVersion | undefined
}

export const eventTermsOf = (version: KpiVersion): EventTerm[] => termsOf(version).filter(isEventTerm)
