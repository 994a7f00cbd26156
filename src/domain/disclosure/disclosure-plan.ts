import type { DateRange } from '../period.ts'

/** Which figures of the units of one parent may be published. */
export interface DisclosurePlan {
  /**
   * Whether the count of `unit` over `range`, broken down by `view`, may be published. `range` lies in the plan's
   * window. A unit that the plan has not heard of has nothing, which may be said.
   */
  isPublished: (unit: number, range: DateRange, view: number) => boolean
  /** The finest view published on a day; -1: none. As `parentLevel` of the plan for the level below. */
  levelOn: (unit: number, day: number) => number
  /**
   * The units of which something is suppressed in `range`; a list of all units must show these even where they are 0.
   */
  suppressedUnits: (range: DateRange, view: number) => number[]
  /** Roughly what the plan takes up in memory. */
  readonly bytes: number
}
