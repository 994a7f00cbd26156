import type { AuditModel } from './model.ts'
import type { Reduced } from './reduce.ts'
import type { Proofs } from './search.ts'
import type { Optimum } from './solver.ts'

/** Duals of sums with weights of 1 are ratios of small numbers; less is rounding. */
const NEGLIGIBLE = 1e-7

/**
 * The equations, ascending, that keep the target from being smaller and larger. A dual solution is a sum of equations
 * that proves the bound; the equations in it are enough to prove it.
 */
export function restsOn (model: AuditModel, reduced: Reduced, target: number, { lowest, highest }: Proofs): number[] {
  const equations = new Set<number>()
  const cells = model.targets[target]?.cells ?? []
  if (lowest) proof(model, reduced, cells, 1, lowest).forEach((e) => equations.add(e))
  proof(model, reduced, cells, -1, highest).forEach((e) => equations.add(e))
  return [...equations].sort((a, b) => a - b)
}

/** `cost`: 1 for the bound from below, -1 for the bound from above. */
function proof (
  model: AuditModel, { equationOf, zeroBy }: Reduced, cells: readonly number[], cost: number, optimum?: Optimum
): number[] {
  const used: number[] = []
  // What the objective would gain by each unknown that is not in the programme, because it is known to be 0.
  const reducedCosts = new Map<number, number>()
  const add = (cell: number, amount: number) => {
    if (zeroBy.has(cell)) reducedCosts.set(cell, (reducedCosts.get(cell) ?? 0) + amount)
  }
  for (const cell of cells) add(cell, cost)
  for (const [row, equation] of equationOf.entries()) {
    const dual = optimum?.duals[row] ?? 0
    if (Math.abs(dual) <= NEGLIGIBLE) continue
    used.push(equation)
    for (const cell of model.equations[equation]?.cells ?? []) add(cell, -dual)
  }
  for (const [cell, reducedCost] of reducedCosts) {
    if (reducedCost < -NEGLIGIBLE) used.push(zeroBy.get(cell) ?? 0)
  }
  return used
}
