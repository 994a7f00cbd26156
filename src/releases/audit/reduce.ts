import { WrongModel } from './check-model.ts'
import type { AuditModel } from './model.ts'
import type { Programme } from './solver.ts'
import { TargetRange } from './target-range.ts'

/** What the solver is asked: the model without the unknowns that are 0 and those that nothing limits. */
export interface Reduced {
  /** Its rows: first the equations that are left, then the targets, without bounds. */
  programme: Programme
  /** The equation that a row is; rows beyond these are targets. */
  equationOf: number[]
  /** The equation of total 0 that makes an unknown 0. */
  zeroBy: Map<number, number>
  ranges: TargetRange[]
}

/** Throws `WrongModel` where an equation above 0 adds up nothing but zeros. */
export function reduce (model: AuditModel): Reduced {
  const zeroBy = zeros(model)
  const columnOf = new Map<number, number>()
  const column = (cell: number) => {
    const found = columnOf.get(cell) ?? columnOf.size
    columnOf.set(cell, found)
    return found
  }
  const rows = new Rows()
  const equationOf: number[] = []
  for (const [e, { cells, total, atMost = false }] of model.equations.entries()) {
    const left = cells.filter((cell) => !zeroBy.has(cell))
    if (left.length === 0 && total > 0 && !atMost) {
      throw new WrongModel(`Equation ${e} has the total ${total}, but other equations make each count of it 0.`)
    }
    if (left.length === 0) continue
    rows.add(left.map(column), atMost ? 0 : total, total)
    equationOf.push(e)
  }
  // Where little happened, most targets are alike once the zeros are left out.
  const ranges = new Map<string, TargetRange>()
  for (const [target, { cells, needed }] of model.targets.entries()) {
    const left = cells.filter((cell) => !zeroBy.has(cell))
    const columns = left.flatMap((cell) => columnOf.get(cell) ?? [])
    const unlimited = columns.length < left.length
    const key = [needed, unlimited, ...columns.toSorted((a, b) => a - b)].join()
    const range = ranges.get(key) ??
      new TargetRange({ needed, columns, row: rows.add(columns, -Infinity, Infinity), unlimited })
    range.targets.push(target)
    ranges.set(key, range)
  }
  return { programme: rows.programme(columnOf.size), equationOf, zeroBy, ranges: [...ranges.values()] }
}

/** Counts are never negative: a total of 0 says that each of its parts is 0. */
function zeros ({ equations }: AuditModel): Map<number, number> {
  return new Map(equations.flatMap(({ cells, total }, e) =>
    total === 0 ? cells.map((cell) => [cell, e] as const) : []
  ))
}

class Rows {
  readonly #low: number[] = []
  readonly #high: number[] = []
  readonly #starts = [0]
  readonly #indices: number[] = []

  /** Gives the row's number. */
  add (columns: readonly number[], low: number, high: number): number {
    for (const column of columns) this.#indices.push(column)
    this.#starts.push(this.#indices.length)
    this.#high.push(high)
    return this.#low.push(low) - 1
  }

  programme (columns: number): Programme {
    return {
      columns,
      low: Float64Array.from(this.#low),
      high: Float64Array.from(this.#high),
      starts: Int32Array.from(this.#starts),
      indices: Int32Array.from(this.#indices)
    }
  }
}
