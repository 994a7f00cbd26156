import type { DateRange } from '../period.ts'

/** Says which figures of the units of one parent may be published. */
export interface DisclosurePlan {
  /**
   * Whether the count of `unit` over `range`, broken down by `view`, may be published. `range` lies within the planned
   * range. A unit that the plan does not know has no events, and that 0 may be published.
   */
  isPublished: (unit: number, range: DateRange, view: number) => boolean
  /** The finest view published on a day; -1: none. Plans of the level below take it as their `parentLevel`. */
  levelOn: (unit: number, day: number) => number
  /** The units with anything suppressed in `range`. A list of units must show these even where they are 0. */
  suppressedUnits: (range: DateRange, view: number) => number[]
  /** Roughly what the plan takes up in memory. */
  readonly bytes: number
}
