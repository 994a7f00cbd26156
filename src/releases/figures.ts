import type { Group, YearCounts } from './year-counts.ts'

/** The kinds of figure of a unit that a release may publish. Stored: add, never renumber. */
export const FAMILIES = {
  total: 0, completed: 1, outcome: 2, class: 3, completedClass: 4, channel: 5, avoidable: 6
} as const
export type Family = keyof typeof FAMILIES

/** One figure of every unit: the sum of some groups. */
export interface Figure {
  /** Family and member in one number; stored. */
  code: number
  family: Family
  /** Indices into the groups of the year's counts. */
  groups: number[]
}

const FAMILY_SIZE = 1000
const FAILED = 2 // the outcome of a transaction or journey that is not counted as completed
/** Weights of candidate dates: see publication-dates.ts. */
export const [YEAR, QUARTER, MONTH] = [64, 32, 16]

/** The least weight of a date at which a family's figures are published: outcomes by month, channels by quarter. */
export const LEAST_WEIGHT: Record<Family, number> = {
  total: 0, completed: 0, outcome: MONTH, class: QUARTER, completedClass: QUARTER, channel: QUARTER, avoidable: QUARTER
}

export const TOTAL = FAMILIES.total

/**
 * The figures of a year beside the total: of each family one for each member that the authority's own figures have.
 * `classOf` gives the number of a channel's digital class.
 */
export function breakdownFigures (counts: YearCounts, classOf: (channel: number) => number): Figure[] {
  const completed = ({ outcome }: Group): boolean => outcome !== FAILED
  const family = (name: Family, memberOf: (group: Group) => number | undefined): Figure[] => {
    const members = Map.groupBy(counts.groups.keys(), (index) => memberOf(counts.groups[index] ?? NO_GROUP))
    return [...members].flatMap(([member, groups]) =>
      member === undefined ? [] : [{ code: codeOf(name, member), family: name, groups }]
    ).sort((a, b) => a.code - b.code)
  }
  return [
    ...family('completed', (group) => completed(group) ? 1 : undefined),
    ...family('outcome', ({ outcome }) => outcome),
    ...family('class', ({ channel }) => classOf(channel)),
    ...family('completedClass', (group) => completed(group) ? classOf(group.channel) : undefined),
    ...family('channel', ({ channel }) => channel),
    ...family('avoidable', ({ avoidable }) => avoidable)
  ]
}

const NO_GROUP: Group = { outcome: 0, channel: 0, avoidable: 0 }

export const codeOf = (family: Family, member: number): number => FAMILIES[family] * FAMILY_SIZE + member
