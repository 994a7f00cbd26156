import { WrongModel } from './check-model.ts'
import type { OpenProgramme, Optimum, Programme } from './solver.ts'
import { TOLERANCE, type TargetRange } from './target-range.ts'

/** Far more than the solver's tolerance; too little for the sum of a proof's rows to change which proof is best. */
const GIVE = 1e-4

/** The optima whose duals prove a target's bounds. */
export interface Proofs {
  /** Undefined where the target can be 0. */
  lowest: Optimum | undefined
  /** Undefined where each unknown of the target is known to be 0. */
  highest: Optimum | undefined
}

/** Looks for possible worlds in which targets are small or large, and remembers what all targets are in each. */
export class Search {
  solved = 0
  readonly #programme: OpenProgramme
  readonly #columns: number
  readonly #ranges: readonly TargetRange[]

  constructor (programme: OpenProgramme, columns: number, ranges: readonly TargetRange[]) {
    this.#programme = programme
    this.#columns = columns
    this.#ranges = ranges
  }

  /**
   * The world with the smallest sum of these targets in which each is as large as needed, beside the largest value
   * seen. A target that is not wide yet was never below that, so that the last world still fits.
   */
  lower (targets: readonly TargetRange[]): Optimum {
    return this.#solve(targets, 1, ({ high, needed }) => [high - needed, Infinity])
  }

  /**
   * The world with the largest sum of these targets in which none is larger than needed: without the limit a few of
   * them would take all there is.
   */
  raise (targets: readonly TargetRange[]): Optimum {
    return this.#solve(targets, -1, ({ low, needed }) => [-Infinity, low + needed])
  }

  /**
   * From here on each row gives way a little: of several proofs of the same bound the solver then finds the one that
   * uses equations least. What it finds is no possible world any more.
   */
  loosen ({ low, high }: Pick<Programme, 'low' | 'high'>): void {
    for (const [row, highest] of high.entries()) this.#programme.bound(row, (low[row] ?? 0) - GIVE, highest + GIVE)
  }

  proofs (target: TargetRange): Proofs {
    return {
      // Nothing is below 0, whatever the equations say.
      lowest: target.low > TOLERANCE ? this.#minimise([target], 1) : undefined,
      highest: target.columns.length > 0 ? this.#minimise([target], -1) : undefined
    }
  }

  #solve (targets: readonly TargetRange[], cost: number, limit: (range: TargetRange) => [number, number]): Optimum {
    for (const target of targets) this.#programme.bound(target.row, ...limit(target))
    const optimum = this.#minimise(targets, cost)
    for (const { row } of targets) this.#programme.bound(row, -Infinity, Infinity)
    for (const range of this.#ranges) range.see(optimum.columns)
    return optimum
  }

  #minimise (targets: readonly TargetRange[], cost: number): Optimum {
    const costs = new Float64Array(this.#columns)
    for (const { columns } of targets) {
      for (const column of columns) costs[column] = (costs[column] ?? 0) + cost
    }
    this.solved++
    const optimum = this.#programme.minimise(costs)
    if (optimum) return optimum
    // What fits the equations once fits them always, and the limits on targets never exclude the last world.
    if (this.solved > 1) throw new Error('The solver lost a world that it had found.')
    throw new WrongModel('No counts fit all equations of the model.')
  }
}
