import type { ObservationSource } from '../disclosure/observation-suppression.ts'
import type { Figure } from '../domain/kpi/cover.ts'
import type { Cell } from './cell.ts'
import type { Reported } from './reported.ts'

/** Observations that a sum is made of, with or without events. */
export interface Observed { basis: 'counts' | 'both', used: Figure[], sources: ObservationSource[] }

/** What was counted of a group in a period. */
export interface Sum extends Cell { observed?: Observed }

/** The sums of a question, and in which periods their authorities reported anything. */
export interface Sums { sums: Sum[], reported: Reported }
