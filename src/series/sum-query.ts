import type { Dimension as RollupDimension } from '../rollups/index.ts'

/** What sums can be split by. */
export type Dimension = 'authority' | RollupDimension

export interface SumQuery {
  serviceId: number
  type: number
  authorityIds: number[]
  groupBy: Dimension[]
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
