import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { isMeasureTerm, termsOf, type KpiVersion } from '../domain/kpi/definition.ts'
import { addPeriods, periodStart, type Period, type DateRange } from '../domain/period.ts'
import type { Published } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { readKpiValues } from './answer.ts'
import type { KpiValue } from './question.ts'

export interface Score {
  kpi: string
  range: DateRange
  figure: Published<KpiValue>
  definition: KpiVersion | undefined
}

/** How far back the newest value is looked for. */
const PERIODS_BACK = 13

interface Asked { authority: Authority, service: Service, period: Period, today: number }

/**
 * The newest value of every KPI of a service, from complete periods; where the last one has none, of the last whole
 * week that has one, if that is newer. Where there is none at all, why there is none in the last period. A KPI over a
 * measure that is another service's denominator (collections made) is left out.
 */
export async function readScores (
  session: Session, directory: Directory, asked: Asked
): Promise<Score[]> {
  const { service, period } = asked
  const denominators =
    new Set(directory.services.map(({ denominator }) => denominator).filter((name) =>
      name !== null && name !== service.denominator
    ))
  const kpis = [...directory.kpis.kpis].filter(([, versions]) =>
    !versions.flatMap(termsOf).some((term) => isMeasureTerm(term) && denominators.has(term.measure))
  )
  return await Promise.all(kpis.map(async ([kpi, versions]) => {
    const ofPeriods = await readFound(session, directory, versions, asked, period)
    const newest = ofPeriods.findLast(({ figure }) => figure.value !== null) ?? ofPeriods.at(-1)
    if (newest === undefined) throw new TypeError('a question without periods')
    const isLast = newest === ofPeriods.at(-1) && newest.figure.value !== null
    const ofWeeks = isLast || period === 'day' || period === 'week'
      ? []
      : await readFound(session, directory, versions, asked, 'week')
    const week = ofWeeks.findLast(({ figure }) => figure.value !== null)
    const isNewer = week !== undefined && (newest.figure.value === null || week.range.end > newest.range.end)
    const { range, figure } = isNewer ? week : newest
    return { kpi, range, figure, definition: figure.version ?? versions.at(-1) }
  }))
}

/** The values of the last complete periods of a kind. */
async function readFound (
  session: Session,
  directory: Directory,
  versions: readonly KpiVersion[],
  { authority, service, today }: Asked,
  period: Period
): Promise<Array<Pick<Score, 'range' | 'figure'>>> {
  const end = periodStart(period, today)
  const periods = Array.from(
    { length: PERIODS_BACK },
    (_, i): DateRange => ({
      start: addPeriods(period, end, i - PERIODS_BACK), end: addPeriods(period, end, i - PERIODS_BACK + 1)
    })
  )
  const figures = await readKpiValues(session, directory, {
    versions, service, authorities: [authority], periods, split: 'none', top: 0, today
  })
  return figures.map((figure) => ({ range: periods[figure.period] ?? { start: end, end }, figure }))
}
