import type { AuditModel } from '../../src/releases/audit/model.ts'

/** Stands for any count. */
const UNLIMITED = Infinity

/** The range of each target over all worlds of whole counts that fit the model, one after the other. */
export function rangesByCounting ({ unknowns, equations, targets }: AuditModel): Array<{ low: number, high: number }> {
  const ranges = targets.map(() => ({ low: Infinity, high: -Infinity }))
  const left = equations.map(({ total }) => total)
  const within = Array.from({ length: unknowns }, (_, cell) =>
    [...equations.keys()].filter((e) => equations[e]!.cells.includes(cell))
  )
  const counts: number[] = []
  const fill = (cell: number) => {
    if (cell === unknowns) {
      if (!equations.every(({ atMost }, e) => atMost || left[e] === 0)) return
      for (const [t, range] of ranges.entries()) {
        const sum = targets[t]!.cells.reduce((sum, cell) => sum + counts[cell]!, 0)
        range.low = Math.min(range.low, sum)
        range.high = Math.max(range.high, sum)
      }
      return
    }
    const most = Math.min(UNLIMITED, ...within[cell]!.map((e) => left[e]!))
    for (const count of most === UNLIMITED ? [0, UNLIMITED] : Array(most + 1).keys()) {
      counts[cell] = count
      for (const e of within[cell]!) left[e]! -= count
      fill(cell + 1)
      for (const e of within[cell]!) left[e]! += count
    }
  }
  fill(0)
  return ranges
}
