import type { Dimension as RollupDimension } from '../rollups/index.ts'

/** What counts can be split by. */
export type SumDimension = 'authority' | RollupDimension
/** What values can be split by; `attribute` is the one that a question names. */
export type Dimension = SumDimension | 'attribute'

export interface SumQuery {
  serviceId: number
  type: number
  authorityIds: number[]
  groupBy: SumDimension[]
  /** Only these ids; a dimension that is not named is not filtered. */
  filters: Partial<Record<RollupDimension, number[]>>
  /** First days of the periods, ascending. */
  starts: number[]
  /** The day after the last. */
  end: number
}

/**
 * What the events of a group in a period count. `period` is an index into `starts`; ids only of the dimensions grouped
 * by.
 */
export interface PeriodSum extends Partial<Record<Dimension, number>> {
  period: number
  count: number
}
