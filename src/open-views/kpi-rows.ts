import { codeOf } from '../catalogue/known-authorities.ts'
import { formatDay } from '../domain/calendar.ts'
import { meets } from '../domain/kpi/evaluate.ts'
import { toWireRange } from '../domain/period.ts'
import { askKpiSeries } from '../kpi/answer.ts'
import type { KpiSeriesValue } from '../kpi/shape.ts'
import type { Asked } from './asked.ts'

const PERIODS = ['month', 'quarter', 'financial_year'] as const

/** A value of a KPI as `open_kpi_row` has it, under the names of `GET /v1/kpis/{kpi}/series`. */
export interface KpiRow {
  kpi: string
  period: typeof PERIODS[number]
  start_on: string
  end_on: string
  value: number | null
  unit: string | null
  numerator: number | null
  denominator: number | null
  status: string
  reason: string | null
  coverage: number | null
  target_at_least: number | null
  target_at_most: number | null
  met: boolean | null
  definition_version: number | null
}

/**
 * What the public sees of every KPI of an authority and service from a day on, by the function that answers
 * `GET /v1/kpis/{kpi}/series`. Periods before the first value have no rows, and a KPI that never had one has none:
 * which rows there are depends on public values alone. `begun` names the KPIs that have earlier rows.
 */
export async function kpiRowsOf (asked: Asked, from: number, begun: ReadonlySet<string>): Promise<KpiRow[]> {
  const { directory, session, authority, service, now, today, ask } = asked
  const rows: KpiRow[] = []
  for (const [kpi] of directory.kpis.kpis) {
    for (const period of PERIODS) {
      const { series: [one] } = await ask(async () => await askKpiSeries(directory, kpi, {
        authority: [codeOf(authority)],
        service: service.slug,
        period,
        start_on: formatDay(from),
        end_on: formatDay(Math.max(today, from))
      }, now).answer(session))
      const values = one?.values ?? []
      const first = begun.has(`${kpi} ${period}`) ? 0 : values.findIndex(({ figure }) => figure.value !== null)
      if (first === -1) continue
      rows.push(...values.slice(first).map((value) => ({ kpi, period, ...rowOf(asked, value) })))
    }
  }
  return rows
}

function rowOf ({ directory, authority, service }: Asked, { range, figure }: KpiSeriesValue) {
  const { value, numerator, denominator, status, reason, coverage, version } = figure
  const dates = toWireRange(range)
  const target = directory.kpis.targets.inForce(version, authority.id, service.id, dates.start_on)
  return {
    ...dates,
    value,
    unit: version?.unit ?? null,
    numerator,
    denominator,
    status,
    reason,
    coverage,
    target_at_least: target?.at_least ?? null,
    target_at_most: target?.at_most ?? null,
    met: meets(target, value),
    definition_version: version?.version ?? null
  }
}
