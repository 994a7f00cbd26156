import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { formatDay, localDay, parseDay } from '../domain/calendar.ts'
import { versionInForce, type KpiVersion } from '../domain/kpi/definition.ts'
import { place, quartilesOf, type Placed, type Quartiles } from '../domain/kpi/rank.ts'
import { addPeriods, periodStart, type Period, type Range } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import type { Reader } from '../disclosure/reader.ts'
import { rateOfSums } from './combine.ts'
import { inGroup } from './groups.ts'
import type { KpiCell } from './question.ts'
import { readKpiCells } from './read-cells.ts'

export interface ComparisonParameters { service: string, period: Period, start_on?: string, group: string }

export interface ComparisonRow extends Placed { authority: Authority, provider: Authority | undefined, cell: KpiCell }
export interface AreaFigure {
  name: string
  authorities: number
  reporting: number
  value: number | null
  numerator: number | null
  denominator: number | null
}

export interface Comparison {
  service: Service
  range: Range
  version: KpiVersion | undefined
  rows: ComparisonRow[]
  quartiles: Quartiles | undefined
  group: AreaFigure
  nations: AreaFigure[]
}

/**
 * Every authority that delivers a service side by side, the silent ones too. Quartiles are those of the group's values
 * (Hyndman and Fan type 7, see domain/kpi/rank.ts); figures of the group and the nations are sums of numerators over
 * sums of denominators, never means of rates. A council whose service another body delivers has a row where that body
 * reports for it by name; what the body reports without a name is in its own row: nothing is in two rows.
 */
export async function compareAuthorities (
  reader: Reader, directory: Directory, kpi: string, parameters: ComparisonParameters, now: number
): Promise<Comparison> {
  const versions = known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const today = localDay(now)
  const range = periodOf(parameters, today)
  const authorities = directory.authorities.filter((authority) =>
    directory.provision(authority, service).delivers !== 'no'
  )
  const cells = await readKpiCells(reader, directory, {
    versions, service, authorities, periods: [range], split: 'none', top: 0, today
  })
  const version = versionInForce(versions, formatDay(range.start))
  const shown = cells.filter(({ reason }) => reason !== 'reported-by-provider')
  const members = new Set(inGroup(directory, parameters.group, authorities).map(({ id }) => id))
  const ofGroup = shown.filter(({ authorityId }) => members.has(authorityId))
  return {
    service,
    range,
    version,
    rows: rank(directory, service, version, ofGroup),
    quartiles: quartilesOf(ofGroup.flatMap(({ value }) => value ?? [])),
    group: figure(parameters.group, version, ofGroup),
    nations: [...Map.groupBy(shown, ({ authorityId }) => directory.authorityById.get(authorityId)?.nation ?? '')]
      .map(([nation, ofNation]) => figure(nation, version, ofNation)).sort((a, b) => a.name < b.name ? -1 : 1)
  }
}

// The last complete period, unless a day of another is given.
function periodOf ({ period, start_on: startOn }: ComparisonParameters, today: number): Range {
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

function rank (
  directory: Directory, service: Service, version: KpiVersion | undefined, cells: KpiCell[]
): ComparisonRow[] {
  const placed = place(cells.map(({ value }) => value), version?.polarity ?? 'none')
  const rows = cells.flatMap((cell, i): ComparisonRow[] => {
    const authority = directory.authorityById.get(cell.authorityId)
    const { provider } = authority === undefined ? { provider: undefined } : directory.provision(authority, service)
    return authority === undefined
      ? []
      : [{
          authority,
          provider: provider === authority ? undefined : provider,
          cell,
          ...placed[i] ?? { rank: null, quartile: null }
        }]
  })
  return rows.sort((a, b) =>
    (a.rank ?? Infinity) - (b.rank ?? Infinity) || (a.authority.slug < b.authority.slug ? -1 : 1)
  )
}

function figure (name: string, version: KpiVersion | undefined, cells: KpiCell[]): AreaFigure {
  return {
    name,
    authorities: cells.length,
    reporting: cells.filter(({ value }) => value !== null).length,
    ...rateOfSums(version, cells)
  }
}
