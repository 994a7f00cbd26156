/** Tenfold the solver's own; counts are whole, so that no range is missed by so little. */
export const TOLERANCE = 1e-6

interface Sum {
  needed: number
  columns: readonly number[]
  /** Its row in the programme. */
  row: number
  /** One of its unknowns is in no equation: nothing limits it from above. */
  unlimited: boolean
}

/**
 * The smallest and largest value of targets in all solutions seen so far. Each solution is a possible world: one that
 * was looked for because of one target may prove the range of many.
 */
export class TargetRange {
  /** Indices in the model of the targets that it is: of the same unknowns, but for those that are 0. */
  readonly targets: number[] = []
  readonly needed: number
  readonly columns: readonly number[]
  readonly row: number
  low = Infinity
  high = -Infinity

  constructor ({ needed, columns, row, unlimited }: Sum) {
    this.needed = needed
    this.columns = columns
    this.row = row
    if (unlimited) [this.low, this.high] = [0, Infinity]
    else if (columns.length === 0) [this.low, this.high] = [0, 0]
  }

  get width (): number { return this.high - this.low }
  get isWide (): boolean { return this.width >= this.needed - TOLERANCE }

  see (columns: Float64Array): void {
    let value = 0
    for (const column of this.columns) value += columns[column] ?? 0
    if (value < this.low) this.low = value
    if (value > this.high) this.high = value
  }
}
