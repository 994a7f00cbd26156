import type { ObservationSource } from '../disclosure/observation-suppression.ts'
import type { ObservedValue } from '../domain/kpi/cover.ts'
import type { CountedDays } from './coverage.ts'
import type { Details } from './details/details.ts'
import type { DetailSenders } from './details/senders.ts'
import type { PeriodSum } from './sum-query.ts'
import type { Sent } from '../rollups/index.ts'
import type { Reported } from './reported.ts'

/** Observations that a sum is made of, with or without events. */
export interface Observed { basis: 'counts' | 'both', used: ObservedValue[], sources: ObservationSource[] }

/** The sum of a group in a period, with the observations that it was made of, if any; of details with all of them. */
export interface Sum extends PeriodSum { observed?: Observed, details?: Details }

/**
 * The sums of a question, in which periods their authorities reported anything, and in which of them events that count
 * were corrected or voided; `counted` where figures stand for events on some days.
 */
export interface ReportedSums {
  sums: Sum[]
  reported: Reported
  counted?: Map<string, CountedDays>
  isRevised: IsRevised
  /** Of details: who ever sends them. */
  senders?: DetailSenders
}
export type IsRevised = (period: number, authorityIds: readonly number[]) => boolean

/** What authorities ever sent, by id; read where a question tells outcomes apart. */
export type SentByAuthority = ReadonlyMap<number, Sent>
