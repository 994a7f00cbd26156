import { OUTCOMES } from '../domain/event.ts'
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
  /** Another figure that has the same groups, and is published in place of this one. */
  same?: number
}

/**
 * Which figures are given up first to hide another, by the family and the outcome, whatever the counts are: what a KPI
 * is made of goes last.
 */
export function rankOf (code: number): number {
  const family = Math.floor(code / FAMILY_SIZE)
  if (family === FAMILIES.outcome && GIVEN_UP.includes(code % FAMILY_SIZE)) return GIVEN_UP_RANK
  return RANKS.indexOf(family)
}

const RANKS: number[] = [
  FAMILIES.channel, FAMILIES.class, FAMILIES.avoidable, -1, FAMILIES.completedClass, FAMILIES.outcome,
  FAMILIES.completed, FAMILIES.total
]
const GIVEN_UP_RANK = RANKS.indexOf(-1)
/** Outcomes of which no shipped KPI is made alone. */
const GIVEN_UP: number[] = [OUTCOMES.reported, OUTCOMES.unjustified]

const FAMILY_SIZE = 1000
const FAILED: number = OUTCOMES.failed // not counted as completed
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
  const figures = [
    ...family('completed', (group) => completed(group) ? 1 : undefined),
    ...family('outcome', ({ outcome }) => outcome),
    ...family('class', ({ channel }) => classOf(channel)),
    ...family('completedClass', (group) => completed(group) ? classOf(group.channel) : undefined),
    ...family('channel', ({ channel }) => channel),
    ...family('avoidable', ({ avoidable }) => avoidable)
  ]
  // Two names of one figure are one figure: the first, which is kept by the finest periods.
  const known = new Map<string, number>()
  return figures.map((figure) => {
    const key = figure.groups.join()
    const same = known.get(key)
    if (same === undefined) known.set(key, figure.code)
    return same === undefined ? figure : { ...figure, same }
  })
}

const NO_GROUP: Group = { outcome: 0, channel: 0, avoidable: 0 }

export const codeOf = (family: Family, member: number): number => FAMILIES[family] * FAMILY_SIZE + member
