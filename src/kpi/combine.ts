import type { Definition } from '../domain/kpi/definition.ts'
import { rate } from '../domain/kpi/evaluate.ts'
import type { KpiCell } from './question.ts'

/**
 * One cell of several authorities: the sum of numerators over the sum of denominators of those that have a value, never
 * the mean of their rates. `coverage` is their mean, that of a silent or suppressed authority being 0. Expects one
 * period and member.
 */
export function combine (cells: readonly KpiCell[]): KpiCell | undefined {
  const [first] = cells
  if (first === undefined || cells.length === 1) return first
  const delivering = cells.filter(({ status }) => status !== 'not-delivered')
  const valued = delivering.filter(({ value }) => value !== null)
  const hidden = delivering.filter(({ status }) => status === 'suppressed')
  const [some] = valued
  if (some?.version == null) {
    return hidden[0] ?? delivering.find(({ reason }) => reason === 'nothing-reported') ?? delivering[0] ?? first
  }
  const sums = sumOf(valued)
  const value = rate(some.version, sums.numerator, sums.denominator)
  const status = (['provisional', 'revised'] as const).find((wanted) => valued.some((cell) => cell.status === wanted))
  return {
    ...some,
    ...sums,
    value,
    status: status ?? (value === 0 ? 'zero' : 'ok'),
    coverage: delivering.reduce((sum, cell) => sum + (cell.value === null ? 0 : cell.coverage ?? 0), 0) /
      delivering.length,
    notes: [
      ...new Set([
        ...valued.flatMap(({ notes }) => notes),
        ...(hidden.length > 0
          ? [`${hidden.length} of ${delivering.length} authorities are suppressed and not in the sum`]
          : [])
      ])
    ]
  }
}

/** Numerators and denominators of cells that have a value; `denominator` null where the definition has none. */
export function sumOf (cells: readonly KpiCell[]): { numerator: number, denominator: number | null } {
  const rated = cells.filter((cell) => cell.value !== null)
  return {
    numerator: rated.reduce((sum, cell) => sum + (cell.numerator ?? 0), 0),
    denominator: rated.every((cell) => cell.denominator === null)
      ? null
      : rated.reduce((sum, cell) => sum + (cell.denominator ?? 0), 0)
  }
}

/** The rate of sums; null where there is nothing to add up. */
export function rateOfSums (
  definition: Definition | undefined, cells: readonly KpiCell[]
): { value: number | null, numerator: number | null, denominator: number | null } {
  if (definition === undefined || cells.every(({ value }) => value === null)) {
    return { value: null, numerator: null, denominator: null }
  }
  const sums = sumOf(cells)
  return { ...sums, value: rate(definition, sums.numerator, sums.denominator) }
}
