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

/**
 * Where values may stand although what they are of has changed, a value that is the same after a revision says nothing
 * about the counts of then.
 */
export function usable (knowledge: Knowledge): Kept[] {
  const all = [...knowledge.kept]
  if (knowledge.stood === 0) return all.map(([, one]) => one)
  return all.filter(([key, { state, value }]) => {
    const before = knowledge.kept.get(key.replace(/\d+$/, String(state - 1)))
    return before === undefined || before.value !== value
  }).map(([, one]) => one)
}
