import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { mayReport } from '../catalogue/merging.ts'
import { known } from '../catalogue/explain.ts'
import { formatDay, localDay, parseDay } from '../domain/calendar.ts'
import { minAuthorities, minRankedDenominator, versionInForce, type KpiVersion } from '../domain/kpi/definition.ts'
import { rankValues, quartilesOf, type Ranking, type Quartiles } from '../domain/kpi/rank.ts'
import { addPeriods, periodStart, type Period, type DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { workedOut, type Published } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { readKpiValues } from './answer.ts'
import { rateOfSums, type Rate } from './combine.ts'
import { inGroup, type GroupBasis } from './groups.ts'
import type { KpiValue } from './question.ts'

export interface ComparisonParameters { service: string, period: Period, start_on?: string, group: string }

export interface ComparisonRow {
  authority: Authority
  provider: Authority | undefined
  figure: Published<KpiValue>
  ranking: Published<Ranking>
}

/** The rate of some authorities together. */
export interface GroupRate { name: string, authorities: number, reporting: number, rate: Published<Rate> }

export interface Comparison {
  service: Service
  range: DateRange
  version: KpiVersion | undefined
  rows: ComparisonRow[]
  quartiles: Published<{ quartiles: Quartiles | undefined }>
  group: GroupRate
  /** By what a group of `nearest:` is nearest. */
  basis: GroupBasis | null
  nations: GroupRate[]
}

/**
 * Every authority of the period that delivers a service side by side, the silent ones too; where nobody has said who
 * delivers it, those that reported it. Quartiles are those of the group's values
 * (Hyndman and Fan type 7, see domain/kpi/rank.ts); figures of the group and the nations are sums of numerators over
 * sums of denominators, never means of rates. A council whose service another body delivers has a row where that body
 * reports for it by name; what the body reports without a name is in its own row: nothing is in two rows.
 */
export async function compareAuthorities (
  session: Session, directory: Directory, kpi: string, parameters: ComparisonParameters, now: number
): Promise<Comparison> {
  const versions = known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const today = localDay(now)
  const range = periodOf(parameters, today)
  const authorities = mayReport(directory, service, range)
  const figures = await readKpiValues(session, directory, {
    versions, service, authorities, periods: [range], split: 'none', top: 0, today
  })
  const version = versionInForce(versions, formatDay(range.start))
  const shown = figures.filter(({ reason }) => reason !== 'reported-by-provider' && reason !== 'not-declared')
  const { members: inIt, basis } = inGroup(directory, parameters.group, authorities)
  const members = new Set(inIt.map(({ id }) => id))
  const ofGroup = shown.filter(({ authorityId }) => members.has(authorityId))
  return {
    service,
    range,
    version,
    rows: rank(directory, service, version, ofGroup),
    quartiles: workedOut(ofGroup, (figures) => {
      const values = figures.flatMap((figure) => comparable(version, figure) ?? [])
      return { quartiles: values.length < minAuthorities(version ?? {}) ? undefined : quartilesOf(values) }
    }),
    group: rateOf(parameters.group, version, ofGroup),
    basis,
    nations: [...Map.groupBy(shown, ({ authorityId }) => directory.authorityById.get(authorityId)?.nation ?? '')]
      .map(([nation, ofNation]) => rateOf(nation, version, ofNation)).sort((a, b) => a.name < b.name ? -1 : 1)
  }
}

// The last complete period, unless a day of another is given.
function periodOf ({ period, start_on: startOn }: ComparisonParameters, today: number): DateRange {
  const day = startOn === undefined ? addPeriods(period, periodStart(period, today), -1) : parseDay(startOn)
  if (day === undefined) {
    throw new ProblemError(
      'invalid-period-range',
      `start_on ${startOn ?? ''} is not a day of the calendar; send YYYY-MM-DD.`
    )
  }
  const start = periodStart(period, day)
  return { start, end: addPeriods(period, start, 1) }
}

// A value of too few days, or of too few cases, is shown but not compared.
function comparable (version: KpiVersion | undefined, { value, status, denominator }: KpiValue): number | null {
  const isSmall = denominator !== null && denominator < minRankedDenominator(version ?? {})
  return status === 'partial' || isSmall ? null : value
}

function rank (
  directory: Directory,
  service: Service,
  version: KpiVersion | undefined,
  figures: ReadonlyArray<Published<KpiValue>>
): ComparisonRow[] {
  const rankings = rankValues(
    figures.map((figure) => comparable(version, figure)), version?.polarity ?? 'none', minAuthorities(version ?? {})
  )
  const rows = figures.flatMap((figure, i): ComparisonRow[] => {
    const authority = directory.authorityById.get(figure.authorityId)
    if (authority === undefined) return []
    const { provider } = directory.provision(authority, service)
    return [{
      authority,
      provider: provider === authority ? undefined : provider,
      figure,
      ranking: workedOut(figures, () => rankings[i] ?? { rank: null, quartile: null })
    }]
  })
  return rows.sort((a, b) =>
    (a.ranking.rank ?? Infinity) - (b.ranking.rank ?? Infinity) ||
    Number(a.figure.value === null) - Number(b.figure.value === null) || (a.authority.slug < b.authority.slug ? -1 : 1)
  )
}

function rateOf (
  name: string, version: KpiVersion | undefined, figures: ReadonlyArray<Published<KpiValue>>
): GroupRate {
  return {
    name,
    authorities: figures.length,
    reporting: figures.filter(({ value }) => value !== null).length,
    rate: rateOfSums(version, figures)
  }
}
