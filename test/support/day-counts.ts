import type { PlanInput } from '../../src/domain/disclosure/index.ts'

/** What a unit had on a day, of the group that `path` leads to. */
export interface DayCount { unit: number, day: number, count: number, path: readonly number[] }

/** Counts by day as a plan is made of them; the public sees the days that have any, and the smallest group of each. */
export function fromDays (cells: readonly DayCount[]): Pick<PlanInput, 'groups' | 'starts' | 'parentDays'> {
  const starts = [...new Set(cells.map(({ day }) => day))].sort((a, b) => a - b)
  const sum = (some: readonly DayCount[]): number => some.reduce((total, { count }) => total + count, 0)
  const groups = [...Map.groupBy(cells, ({ unit, path }) => `${unit} ${path.join()}`).values()].map((same) => ({
    unit: same[0]!.unit,
    path: same[0]!.path,
    counts: starts.map((start) => sum(same.filter(({ day }) => day === start)))
  }))
  const parentDays = starts.flatMap((start) => {
    const sums = [...Map.groupBy(cells.filter(({ day }) => day === start), ({ path }) => path.join()).values()].map(sum)
      .filter((count) => count > 0)
    return sums.length === 0 ? [] : [{ day: start, least: Math.min(...sums) }]
  })
  return { groups, starts, parentDays }
}
