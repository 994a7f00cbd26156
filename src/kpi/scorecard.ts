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

/**
 * The newest value of every KPI of a service, from complete periods; where there is none, why there is none in the last
 * one. A KPI over a measure that is another service's denominator (collections made) is left out.
 */
export async function readScores (
  session: Session,
  directory: Directory,
  { authority, service, period, today }: { authority: Authority, service: Service, period: Period, today: number }
): Promise<Score[]> {
  const end = periodStart(period, today)
  const periods = Array.from(
    { length: PERIODS_BACK },
    (_, i): DateRange => ({
      start: addPeriods(period, end, i - PERIODS_BACK), end: addPeriods(period, end, i - PERIODS_BACK + 1)
    })
  )
  const denominators =
    new Set(directory.services.map(({ denominator }) => denominator).filter((name) =>
      name !== null && name !== service.denominator
    ))
  const kpis = [...directory.kpis.kpis].filter(([, versions]) =>
    !versions.flatMap(termsOf).some((term) => isMeasureTerm(term) && denominators.has(term.measure))
  )
  return await Promise.all(kpis.map(async ([kpi, versions]) => {
    const figures = await readKpiValues(session, directory, {
      versions, service, authorities: [authority], periods, split: 'none', top: 0, today
    })
    const figure = figures.findLast(({ value }) => value !== null) ?? figures.at(-1)
    if (figure === undefined) throw new TypeError('a question without periods')
    return {
      kpi, range: periods[figure.period] ?? { start: end, end }, figure, definition: figure.version ?? versions.at(-1)
    }
  }))
}
