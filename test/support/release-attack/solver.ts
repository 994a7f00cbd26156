import loadHighs from 'highs'

// Its types are those of the CommonJS build, where the function is a member; Node loads the ES module.
const highs = await (loadHighs as unknown as typeof loadHighs.default)()

/** A sum of unknowns that is known: indices with their factors. */
export interface Row { columns: number[], factors: number[], low: number, high: number }

export interface Bounds { low: number, high: number }

const EPSILON = 1e-6

interface Part { model: ReturnType<typeof highs.createModel>, place: Map<number, number> }

/**
 * What unknowns can be, given linear knowledge of them. The knowledge falls into parts that share no unknown, and each
 * is a model of its own, made when it is first asked about.
 */
export class LinearModel {
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #rows: Row[]
  readonly #partOf: Int32Array
  readonly #parts = new Map<number, Part>()
  solves = 0

  constructor (low: number[], high: number[], rows: Row[]) {
    this.#low = Float64Array.from(low)
    this.#high = Float64Array.from(high)
    this.#rows = this.#tightened(rows)
    this.#partOf = partition(low.length, this.#rows)
  }

  /** The smallest and the largest value of a sum of unknowns. */
  bounds (columns: readonly number[]): Bounds {
    const factors = new Map<number, number>()
    for (const column of columns) factors.set(column, (factors.get(column) ?? 0) + 1)
    const byPart = Map.groupBy(factors, ([column]) =>
      this.#low[column] === this.#high[column] ? -1 : this.#partOf[column]!)
    const sum = { low: 0, high: 0 }
    for (const [part, some] of byPart) {
      for (const side of ['low', 'high'] as const) {
        sum[side] += part === -1
          ? some.reduce((total, [column, factor]) => total + factor * this.#low[column]!, 0)
          : this.#solve(part, some, side)
      }
    }
    return { low: rounded(sum.low), high: rounded(sum.high) }
  }

  dispose (): void {
    for (const { model } of this.#parts.values()) model.dispose()
    this.#parts.clear()
  }

  /** Takes what follows from one row alone, again and again: most unknowns are public zeros. */
  #tightened (rows: Row[]): Row[] {
    let open = rows
    for (let changed = true; changed;) {
      changed = false
      for (const { columns, factors, low, high } of open) {
        let [least, most] = [0, 0]
        for (const [i, column] of columns.entries()) {
          const factor = factors[i]!
          least += factor * (factor > 0 ? this.#low[column]! : this.#high[column]!)
          most += factor * (factor > 0 ? this.#high[column]! : this.#low[column]!)
        }
        if (least > high + EPSILON || most < low - EPSILON) throw new Error('the knowledge contradicts itself')
        // At one of its ends a row fixes all its unknowns.
        const atLeast = least >= high - EPSILON
        if (!atLeast && most > low + EPSILON) continue
        for (const [i, column] of columns.entries()) {
          if (this.#low[column] === this.#high[column]) continue
          const value = (factors[i]! > 0) === atLeast ? this.#low[column]! : this.#high[column]!
          this.#low[column] = this.#high[column] = value
          changed = true
        }
      }
      open = open.flatMap(({ columns, factors, low, high }) => {
        const kept: Row = { columns: [], factors: [], low, high }
        for (const [i, column] of columns.entries()) {
          if (this.#low[column] === this.#high[column]) {
            kept.low -= factors[i]! * this.#low[column]!
            kept.high -= factors[i]! * this.#low[column]!
          } else {
            kept.columns.push(column)
            kept.factors.push(factors[i]!)
          }
        }
        return kept.columns.length === 0 ? [] : [kept]
      })
    }
    return open
  }

  #solve (part: number, some: Array<[number, number]>, side: 'low' | 'high'): number {
    const { model, place } = this.#part(part)
    const { minimize, maximize } = highs.constants.objectiveSense
    for (const [column, factor] of some) model.changeColCost(place.get(column)!, factor)
    model.changeObjectiveSense(side === 'low' ? minimize : maximize)
    model.run()
    this.solves++
    const status = model.getModelStatus()
    const value = model.getObjectiveValue()
    for (const [column] of some) model.changeColCost(place.get(column)!, 0)
    if (status === highs.constants.modelStatus.unbounded) return side === 'low' ? -Infinity : Infinity
    if (status !== highs.constants.modelStatus.optimal) throw new Error(`the solver ended with status ${status}`)
    return value
  }

  #part (part: number): Part {
    const known = this.#parts.get(part)
    if (known !== undefined) return known
    const columns = [...this.#partOf.keys()].filter((i) => this.#partOf[i] === part)
    const place = new Map(columns.map((column, i) => [column, i]))
    const rows = this.#rows.filter(({ columns: [first] }) => this.#partOf[first!] === part)
    const starts = [0]
    for (const { columns: of } of rows) starts.push(starts.at(-1)! + of.length)
    const model = highs.createModel({
      numCols: columns.length,
      numRows: rows.length,
      colCost: new Float64Array(columns.length),
      colLower: columns.map((i) => finite(this.#low[i]!)),
      colUpper: columns.map((i) => finite(this.#high[i]!)),
      rowLower: rows.map(({ low }) => finite(low)),
      rowUpper: rows.map(({ high }) => finite(high)),
      matrix: {
        format: 'csr',
        numRows: rows.length,
        numCols: columns.length,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(rows.flatMap(({ columns: of }) => of.map((i) => place.get(i)!))),
        values: Float64Array.from(rows.flatMap(({ factors }) => factors))
      }
    })
    // The answer before stays a solution when only the question changes, which the primal simplex goes on from.
    model.options.set({ output_flag: false, solver: 'simplex', simplex_strategy: 4, presolve: 'off' })
    const made = { model, place }
    this.#parts.set(part, made)
    return made
  }
}

const finite = (value: number): number =>
  value === Infinity ? highs.infinity : value === -Infinity ? -highs.infinity : value

/** Simplex answers are off in the last digits; every bound here is a multiple of a small fraction. */
const rounded = (value: number): number => Math.abs(value - Math.round(value)) < EPSILON ? Math.round(value) : value

function partition (size: number, rows: Row[]): Int32Array {
  const parent = Int32Array.from({ length: size }, (_, i) => i)
  const rootOf = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!
    return i
  }
  for (const { columns } of rows) for (const column of columns) parent[rootOf(column)] = rootOf(columns[0]!)
  return parent.map((_, i) => rootOf(i))
}
