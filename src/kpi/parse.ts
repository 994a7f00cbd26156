import { known } from '../catalogue/explain.ts'
import type { Directory } from '../catalogue/directory.ts'
import { localDay } from '../domain/calendar.ts'
import type { Period } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
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
}

export type CompareWith = 'previous' | 'year-earlier'

/** A question about a KPI by period, every name resolved. */
export interface KpiSeriesQuery extends KpiQuestion {
  kpi: string
  period: Period
  byAuthority: boolean
  compareWith: CompareWith | undefined
}

const MOST_PERIODS = 1500
const TOP = 20

/** Throws `ProblemError` naming the parameter that cannot be followed. */
export function parseKpiSeries (
  directory: Directory, kpi: string, parameters: KpiSeriesParameters, now: number
): KpiSeriesQuery {
  const versions = known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const groupBy = new Set(parameters.group_by)
  const byAuthority = groupBy.delete('authority')
  if (groupBy.size > 1) {
    throw new ProblemError(
      'invalid-request', 'group_by takes one of channel, ward and street, with or without authority.'
    )
  }
  const [split = 'none'] = groupBy as Set<Exclude<Split, 'none'>>
  const authorities = authoritiesOf(directory, parameters.authority, service, byAuthority)
  const [authority] = authorities
  if (
    parameters.ward !== undefined &&
    (authority === undefined || authorities.length > 1 || (split !== 'ward' && split !== 'street'))
  ) {
    throw new ProblemError('invalid-request', 'ward belongs with group_by=ward or street and one authority.')
  }
  const today = localDay(now)
  return {
    kpi,
    versions,
    service,
    authorities,
    // Whole, since observations of a period cannot be cut.
    periods: wholePeriods(parameters.period, rangeOf(parameters, today), MOST_PERIODS),
    period: parameters.period,
    split,
    byAuthority,
    ward: parameters.ward === undefined || authority === undefined
      ? undefined
      : known(directory.ward(authority, parameters.ward), 'unknown-ward', 'ward'),
    top: parameters.top ?? TOP,
    compareWith: parameters.compare_with,
    today
  }
}
