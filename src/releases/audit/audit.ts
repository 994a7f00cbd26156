import { checkModel } from './check-model.ts'
import type { AuditModel, AuditResult } from './model.ts'
import { reduce } from './reduce.ts'
import { restsOn } from './rests-on.ts'
import { Search } from './search.ts'
import type { Solver } from './solver.ts'
import { TOLERANCE, type TargetRange } from './target-range.ts'

/** Targets are looked at together as long as that proves a tenth of them. */
const WORTH_TRYING = 0.1

/**
 * Works out how far each target can be narrowed by linear means. Throws `WrongModel` where no counts fit the
 * equations.
 */
export function audit (solver: Solver, model: AuditModel): Omit<AuditResult, 'seconds'> {
  checkModel(model)
  const reduced = reduce(model)
  const { programme: { columns }, ranges } = reduced
  const programme = solver(reduced.programme)
  try {
    const search = new Search(programme, columns, ranges)
    if (columns > 0) search.lower(unproved(ranges))
    proveTogether(search, ranges)
    for (const range of unproved(ranges)) proveAlone(search, range)
    const narrow = ranges.filter(({ isWide }) => !isWide)
    search.loosen(reduced.programme)
    const wide = ranges.filter(({ isWide }) => isWide)
    return {
      narrow: narrow.flatMap((range) => {
        const proofs = search.proofs(range)
        const [low, high] = [rounded(range.low), rounded(range.high)]
        return range.targets.map((target) => ({ target, low, high, restsOn: restsOn(model, reduced, target, proofs) }))
      }).sort((a, b) => a.target - b.target),
      narrowest: wide.length > 0 ? wide.reduce((least, { width }) => Math.min(least, rounded(width)), Infinity) : null,
      solved: search.solved
    }
  } finally {
    programme.close()
  }
}

/** Those whose columns are all 0 cannot be moved. */
const unproved = (ranges: readonly TargetRange[]) =>
  ranges.filter(({ isWide, columns }) => !isWide && columns.length > 0)

function proveTogether (search: Search, ranges: readonly TargetRange[]) {
  let left = unproved(ranges)
  for (let proved = Infinity; left.length > 0 && proved >= left.length * WORTH_TRYING;) {
    search.raise(left)
    const low = unproved(left)
    if (low.length > 0) search.lower(low)
    const still = unproved(low)
    proved = left.length - still.length
    left = still
  }
}

function proveAlone (search: Search, range: TargetRange) {
  // Nothing is below 0, whatever the equations say.
  if (!range.isWide && range.low > TOLERANCE) search.lower([range])
  if (!range.isWide) search.raise([range])
}

/** Figures of the solver are exact to seven decimals. */
const rounded = (figure: number) => Math.round(figure * 1e6) / 1e6
