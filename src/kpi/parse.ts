import { known } from '../catalogue/explain.ts'
import type { Authority, Directory } from '../catalogue/directory.ts'
import type { Merging } from '../catalogue/merging.ts'
import { localDay } from '../domain/calendar.ts'
import { wholeRange, type Period } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { wardsOf } from '../series/filters.ts'
import { authoritiesOf, rangeOf, wholePeriods } from '../series/parse.ts'
import type { KpiQuestion, Split } from './question.ts'

/** The parameters of GET /v1/kpis/{kpi}/series as they come over HTTP. */
export interface KpiSeriesParameters {
  authority?: string[]
  service: string
  period: Period
  start_on?: string
  end_on?: string
  duration?: number
  group_by?: Array<'authority' | 'channel' | 'ward' | 'street'>
  ward?: string
  top?: number
  compare_with?: CompareWith
  predecessors?: 'include'
}

export type CompareWith = 'previous' | 'year-earlier'

/** A question about a KPI by period, every name resolved. */
export interface KpiSeriesQuery extends KpiQuestion {
  kpi: string
  period: Period
  /** Those of the authorities that the question is about; the others are added to theirs. */
  named: readonly Authority[]
  isNamed: boolean
  merging: Merging
  byAuthority: boolean
  compareWith: CompareWith | undefined
}

const MOST_PERIODS = 1500
const TOP = 20

/** Throws `ProblemError` naming the parameter that cannot be followed. */
export function parseKpiSeries (
  directory: Directory,
  { kpi, versions }: Pick<KpiSeriesQuery, 'kpi' | 'versions'>,
  parameters: KpiSeriesParameters,
  now: number
): KpiSeriesQuery {
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const groupBy = new Set(parameters.group_by)
  const byAuthority = groupBy.delete('authority')
  if (groupBy.size > 1) {
    throw new ProblemError(
      'invalid-request', 'group_by takes one of channel, ward and street, with or without authority.'
    )
  }
  const [split = 'none'] = groupBy as Set<Exclude<Split, 'none'>>
  const today = localDay(now)
  // Whole, since observations of a period cannot be cut.
  const periods = wholePeriods(parameters.period, rangeOf(parameters, today), MOST_PERIODS)
  const range = wholeRange(periods)
  const { named, authorities, merging } = authoritiesOf(directory, parameters, { service, apart: byAuthority, range })
  const [authority] = named
  if (
    parameters.ward !== undefined &&
    (authority === undefined || named.length > 1 || (split !== 'ward' && split !== 'street'))
  ) {
    throw new ProblemError('invalid-request', 'ward belongs with group_by=ward or street and one authority.')
  }
  return {
    kpi,
    versions,
    service,
    authorities,
    named,
    isNamed: parameters.authority !== undefined,
    merging,
    periods,
    period: parameters.period,
    split,
    byAuthority,
    wards: parameters.ward === undefined ? undefined : wardsOf(directory, authorities, parameters.ward, range),
    top: parameters.top ?? TOP,
    compareWith: parameters.compare_with,
    today
  }
}
