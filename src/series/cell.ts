import type { Dimension as RollupDimension } from '../rollups/index.ts'

/** What sums can be told apart by. */
export type Dimension = 'authority' | RollupDimension

export interface CellQuery {
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

/** A sum: `period` is an index into `starts`; the ids are there for the dimensions grouped by. */
export interface Cell extends Partial<Record<Dimension, number>> {
  period: number
  /** What the events count. */
  count: number
}
