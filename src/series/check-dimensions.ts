import type { Measure } from '../catalogue/kpi-directory.ts'
import { periodStart } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { finestUnit } from '../rollups/index.ts'
import { checkDetails } from './details/check-details.ts'
import type { SeriesQuery } from './parse.ts'
import type { Dimension } from './sum-query.ts'

/** Throws `ProblemError` where nothing is kept that answers a question about these dimensions. */
export function checkDimensions (query: SeriesQuery, dimensions: readonly Dimension[]): void {
  const { measure: { kind, observed }, attribute } = query
  if (observed !== undefined) {
    checkObserved(observed, query, dimensions)
    return
  }
  const unit = finestUnit(dimensions.filter((one) => one !== 'authority' && one !== 'attribute'))
  if (unit === undefined) {
    throw new ProblemError(
      'invalid-request', 'Streets are kept by month, ward and outcome: they cannot be split or filtered by channel.'
    )
  }
  if (kind === 'amount' || kind === 'duration' || attribute !== undefined) {
    checkDetails(query, dimensions)
    if (dimensions.includes('ward')) checkMonths(query, 'Attributes, amounts and durations by ward')
  }
  if (unit === 'month') checkMonths(query, 'Streets')
}

function checkMonths (query: SeriesQuery, what: string): void {
  if (query.period === 'day' || query.period === 'week') {
    throw new ProblemError('invalid-request', `${what} are kept by month: ask for months or longer periods.`)
  }
  if (query.periods.some(({ start, end }) => !isMonthStart(start) || !isMonthStart(end))) {
    throw new ProblemError(
      'invalid-request', `${what} are kept by month: start_on must be the first day of a month and end_on the last.`
    )
  }
}

const isMonthStart = (day: number): boolean => periodStart('month', day) === day

function checkObserved (
  { slug, by_channel: byChannel }: Measure, { attribute }: SeriesQuery, dimensions: readonly Dimension[]
): void {
  const wrong = (why: string): never => {
    throw new ProblemError('invalid-request', why)
  }
  if (attribute !== undefined) wrong(`Figures have no attributes: ask for ${slug} without.`)
  if (dimensions.includes('outcome') || dimensions.includes('street')) {
    wrong(`Figures of ${slug} are of authorities, channels or wards: not of outcomes or streets.`)
  }
  if (!dimensions.includes('channel')) return
  if (!byChannel) wrong(`Figures of ${slug} are of all channels together.`)
  if (dimensions.includes('ward')) wrong('Figures are of a channel or of a ward, not of both.')
}
