import type { DateRange } from '../period.ts'

/** Says which figures of an authority may be published in one financial year. */
export interface DisclosurePlan {
  /** Whether the count over `range`, broken down by `view`, may be published. `range` lies within the year. */
  isPublished: (range: DateRange, view: number) => boolean
}
