/** What readers need to know of a released financial year. Stored as JSON; days since 1970-01-01. */
export interface YearShape {
  /** Candidate dates that are decided, ascending; the first is 1 April. Figures end at the last one. */
  dates: number[]
  /** The same for streets; empty: none is decided. */
  streetDates: number[]
  /** The days on which the authority reported anything. */
  reported: number[]
  /** The first days of gaps for which it sent counts in place of events. */
  byCounts: number[]
  /** What the authority's events are told apart by: outcome, channel, avoidable. */
  groups: Array<[outcome: number, channel: number, avoidable: number]>
  /**
   * The breakdowns of each quarter, by its first day: the code of a figure, the groups (indices) in it, and the code by
   * which its counts are published.
   */
  figures: Array<[quarter: number, figures: Array<[code: number, groups: number[], published: number]>]>
  /** The wards that the year was released for, with the days on which they exist: from, up to before. */
  wards: Array<[ward: number, from: number, to: number]>
  /** The streets with anything in the year, by ward. */
  streets: Array<[ward: number, streets: number[]]>
  /** The first days of gaps whose counts changed after they were released. */
  changed: number[]
  /** Wards of which nothing was reported in a gap, where councils send counts by ward. */
  missing: Array<[ward: number, day: number]>
}

/** The counts of a released financial year as they were when they were first covered. Never public. */
export interface CountedYear {
  /** By ward and gap (its first day), with the group's index. */
  wards: Array<[ward: number, day: number, group: number, count: number]>
  /** Of the authority by day. */
  days: Array<[day: number, group: number, count: number]>
  /** By ward, street and gap. */
  streets: Array<[ward: number, street: number, day: number, count: number]>
}

/** Stands in for a street where a count is of the whole ward. */
export const WHOLE_WARD = -1

export const nothingReleased = (start: number): YearShape => ({
  dates: [start],
  streetDates: [start],
  reported: [],
  byCounts: [],
  groups: [],
  figures: [],
  wards: [],
  streets: [],
  changed: [],
  missing: []
})

export const NOTHING_COUNTED: CountedYear = { wards: [], days: [], streets: [] }
