import * as highs from 'highs'

/** Rows of columns that are never negative; each row's sum lies between two bounds. Sparse, row by row. */
export interface Programme {
  columns: number
  low: Float64Array
  high: Float64Array
  /** Row r has the columns `indices[starts[r]]` up to `starts[r + 1]`. */
  starts: Int32Array
  indices: Int32Array
}

export interface Optimum {
  columns: Float64Array
  /** By how much the optimum changes if a row's bound moves by 1; 0 where the row does not hold it back. */
  duals: Float64Array
}

/** A programme kept in the solver: each objective starts at the corner where the last one ended. */
export interface OpenProgramme {
  bound: (row: number, low: number, high: number) => void
  /** Undefined where nothing fits every row. Throws an Error where the solver gives up. */
  minimise: (costs: Float64Array) => Optimum | undefined
  /** Gives the solver's memory back: garbage collection does not. */
  close: () => void
}

export type Solver = (programme: Programme) => OpenProgramme

/** Its types say CommonJS, where `default` would be a member of what is imported; Node gets the ES module. */
const load = highs.default as unknown as typeof highs.default.default

const OPTIMAL = 7
const INFEASIBLE: readonly number[] = [8, 9]
/**
 * A new objective leaves the last corner feasible, where the primal simplex goes on at once. The dual simplex has to
 * find its way back first: ten times as long for a quarter of 18 wards by 15 groups.
 */
const PRIMAL_SIMPLEX = 4

export async function loadSolver (): Promise<Solver> {
  const runtime = await load()
  return (programme) => {
    const model = runtime.createModel(modelData(programme))
    model.options.set({ output_flag: false, simplex_strategy: PRIMAL_SIMPLEX })
    return {
      bound: (row, low, high) => { model.changeRowBounds(row, low, high) },
      minimise (costs) {
        model.changeColsCost({ kind: 'range', from: 0, to: programme.columns - 1 }, costs)
        model.run()
        if (model.getModelStatus() !== OPTIMAL) {
          // Rounding may have spoilt the corner where the last objective ended: once more from the beginning.
          model.clearSolver()
          model.run()
        }
        const status = model.getModelStatus()
        if (INFEASIBLE.includes(status)) return undefined
        if (status !== OPTIMAL) throw new Error(`The solver gave up with status ${status}.`)
        const { colValue, rowDual } = model.getSolution()
        return { columns: colValue, duals: rowDual }
      },
      close: () => model.dispose()
    }
  }
}

function modelData ({ columns, low, high, starts, indices }: Programme): highs.ModelData {
  return {
    numCols: columns,
    numRows: low.length,
    colCost: new Float64Array(columns),
    colLower: new Float64Array(columns),
    colUpper: new Float64Array(columns).fill(Infinity),
    rowLower: low,
    rowUpper: high,
    matrix: {
      format: 'csr',
      numRows: low.length,
      numCols: columns,
      starts,
      indices,
      values: new Float64Array(indices.length).fill(1)
    }
  }
}
