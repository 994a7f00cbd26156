import { workedOut, type Published } from '../disclosure/gate.ts'
import { exact } from '../domain/exact.ts'
import type { Definition } from '../domain/kpi/definition.ts'
import { rate } from '../domain/kpi/evaluate.ts'
import type { Status } from '../domain/status.ts'
import type { KpiValue } from './question.ts'

type Figures = ReadonlyArray<Published<KpiValue>>

/**
 * One value of several authorities: the sum of numerators over the sum of denominators of those that have a value, and
 * never the mean of their rates. `coverage` is their mean, that of a silent or suppressed authority being 0. Where one
 * has not published its figures yet, so is the sum: later it would tell them. Expects one period and member.
 */
export function combine (figures: Figures): Published<KpiValue> | undefined {
  const [first] = figures
  if (first === undefined || figures.length === 1) return first
  const delivering = figures.filter(({ status }) => status !== 'not-delivered')
  const withheld = delivering.find(isNotPublished)
  if (withheld !== undefined) return withheld
  const some = delivering.find(({ value }) => value !== null)
  if (some?.version == null) {
    return delivering.find(({ status }) => status === 'suppressed') ??
      delivering.find(({ reason }) => reason === 'nothing-reported') ?? delivering[0] ?? first
  }
  const { version } = some
  return workedOut(delivering, (delivering) => addUp(version, some, delivering))
}

/** Whether it is not published yet for whoever asks, whatever it is. */
export const isNotPublished = ({ reason }: KpiValue): boolean => reason === 'not-published'

function addUp (version: Definition, some: KpiValue, delivering: readonly KpiValue[]): KpiValue {
  const valued = delivering.filter(({ value }) => value !== null)
  const suppressed = delivering.filter(({ status }) => status === 'suppressed').length
  const sums = sumOf(valued)
  const value = rate(version, sums.numerator, sums.denominator)
  const coverage = delivering.reduce((sum, one) => sum + (one.value === null ? 0 : one.coverage ?? 0), 0) /
    delivering.length
  const has = (wanted: Status): boolean => valued.some((one) => one.status === wanted)
  const isPartial = coverage < version.min_coverage || has('partial')
  const status = has('provisional') ? 'provisional' : isPartial ? 'partial' : has('revised') ? 'revised' : undefined
  const note = `${suppressed} of ${delivering.length} authorities are suppressed and not in the sum`
  return {
    ...some,
    ...sums,
    value,
    status: status ?? (value === 0 ? 'zero' : 'ok'),
    coverage,
    ...(valued.some(({ basis }) => basis === 'weeks') && { basis: 'weeks' }),
    notes: [...new Set([...valued.flatMap(({ notes }) => notes), ...(suppressed > 0 ? [note] : [])])]
  }
}

/** Numerators and denominators of those that have a value; `denominator` null where the definition has none. */
function sumOf (figures: readonly KpiValue[]): { numerator: number, denominator: number | null } {
  const rated = figures.filter(({ value }) => value !== null)
  return {
    numerator: exact(rated.reduce((sum, { numerator }) => sum + (numerator ?? 0), 0)),
    denominator: rated.every(({ denominator }) => denominator === null)
      ? null
      : exact(rated.reduce((sum, { denominator }) => sum + (denominator ?? 0), 0))
  }
}

export interface Rate { value: number | null, numerator: number | null, denominator: number | null }

/** The rate of sums; null where there is nothing to add up. */
export function rateOfSums (definition: Definition | undefined, figures: Figures): Published<Rate> {
  return workedOut(figures, (figures) => {
    if (definition === undefined || figures.every(({ value }) => value === null)) {
      return { value: null, numerator: null, denominator: null }
    }
    const sums = sumOf(figures)
    return { ...sums, value: rate(definition, sums.numerator, sums.denominator) }
  })
}
