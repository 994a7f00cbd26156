import type { Kept, Knowledge } from './knowledge.ts'

/** What numbers add up to. */
export const total = (numbers: number[]): number => numbers.reduce((sum, n) => sum + n, 0)

/** The dates that figures join, in sets that hang together, ascending. */
export function joined (figures: Kept[]): number[][] {
  const parent = new Map<number, number>()
  const rootOf = (day: number): number => {
    const up = parent.get(day) ?? day
    if (up === day) return day
    const root = rootOf(up)
    parent.set(day, root)
    return root
  }
  for (const { start, end } of figures) parent.set(rootOf(start), rootOf(end))
  const days = new Set(figures.flatMap(({ start, end }) => [start, end]))
  return [...Map.groupBy(days, rootOf).values()].map((some) => some.sort((a, b) => a - b))
}

/** A figure with how many revisions its area was replaced by. */
export interface Placed extends Kept { revisions: number }

/**
 * Which counts a figure is of. Whatever shows that an area was replaced by a revision says so of all its figures; where
 * nothing does, it may have been left as it was, and an unchanged value says nothing about what came late.
 */
export function placed (knowledge: Knowledge): Placed[] {
  const areaOf = ({ ward, street, state }: Kept): string => `${ward} ${street ?? '*'} ${state}`
  return [...Map.groupBy(knowledge.kept.values(), areaOf)].flatMap(([area, some]) => {
    const all = some.reduce((fits, one) => fits.filter((revisions) => one.fits.includes(revisions)), some[0]!.fits)
    if (all.length === 0) knowledge.faults.push(`${area}: some figures are of a revision and some are not`)
    return some.map((one) => ({ ...one, revisions: all[0] ?? one.fits[0]! }))
  })
}
