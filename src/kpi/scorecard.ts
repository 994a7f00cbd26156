import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { isMeasureTerm, termsOf, type KpiVersion } from '../domain/kpi/definition.ts'
import { addPeriods, periodStart, type Period, type Range } from '../domain/period.ts'
import type { Reader } from '../disclosure/reader.ts'
import type { KpiCell } from './question.ts'
import { readKpiCells } from './read-cells.ts'

export interface Score { kpi: string, range: Range, cell: KpiCell, definition: KpiVersion | undefined }

/** How far back the newest value is looked for. */
const PERIODS_BACK = 13

/**
 * The newest value of every KPI of a service, from complete periods; where there is none, why there is none in the last
 * one. A KPI over a measure that is another service's denominator (collections made) is left out.
 */
export async function readScores (
  reader: Reader,
  directory: Directory,
  { authority, service, period, today }: { authority: Authority, service: Service, period: Period, today: number }
): Promise<Score[]> {
  const end = periodStart(period, today)
  const periods = Array.from(
    { length: PERIODS_BACK },
    (_, i): Range => ({
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
    const cells = await readKpiCells(reader, directory, {
      versions, service, authorities: [authority], periods, split: 'none', top: 0, today
    })
    const cell = cells.findLast(({ value }) => value !== null) ?? cells.at(-1)
    if (cell === undefined) throw new TypeError('a question without periods')
    return {
      kpi, range: periods[cell.period] ?? { start: end, end }, cell, definition: cell.version ?? versions.at(-1)
    }
  }))
}
