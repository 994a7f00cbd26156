import type { AuditModel } from './model.ts'

/** No counts fit the model, or it names unknowns that it does not have: a fault of its caller. */
export class WrongModel extends Error {}

/** Throws `WrongModel`. */
export function checkModel ({ unknowns, equations, targets }: AuditModel): void {
  for (const [e, { cells, total }] of equations.entries()) {
    checkCells(`Equation ${e}`, cells, unknowns)
    if (!Number.isFinite(total)) throw new WrongModel(`Equation ${e} has the total ${total}.`)
    if (total < 0) throw new WrongModel(`Equation ${e} has the total ${total}: counts are never negative.`)
  }
  for (const [t, { cells, needed }] of targets.entries()) {
    checkCells(`Target ${t}`, cells, unknowns)
    if (!Number.isFinite(needed)) throw new WrongModel(`Target ${t} needs a range of ${needed}.`)
  }
}

function checkCells (what: string, cells: readonly number[], unknowns: number) {
  for (const cell of cells) {
    if (!(Number.isInteger(cell) && cell >= 0 && cell < unknowns)) {
      throw new WrongModel(`${what} has the unknown ${cell}; the model's are 0 to ${unknowns - 1}.`)
    }
  }
  if (new Set(cells).size < cells.length) throw new WrongModel(`${what} has an unknown twice.`)
}
