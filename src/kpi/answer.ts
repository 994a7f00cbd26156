import type { Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { openGate, type Published } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import type { KpiVersion } from '../domain/kpi/definition.ts'
import { parseKpiSeries, type KpiSeriesParameters, type KpiSeriesQuery } from './parse.ts'
import { planKpi } from './plan.ts'
import { publish } from './publish.ts'
import type { KpiQuestion, KpiValue } from './question.ts'
import { readSums } from './read.ts'
import { shape, withEarlier, type KpiSeriesAnswer } from './shape.ts'

/** A question about a KPI by period: what it is about, and how to answer it. */
export interface KpiSeriesQuestion { query: KpiSeriesQuery, answer: (session: Session) => Promise<KpiSeriesAnswer> }

/**
 * The whole way of a question: parse; plan, read and publish (`readKpiValues`); shape. `versions`: of a KPI that is not
 * stored. Throws `ProblemError` for what cannot be followed.
 */
export function askKpiSeries (
  directory: Directory,
  kpi: string,
  parameters: KpiSeriesParameters,
  now: number,
  versions: readonly KpiVersion[] = known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
): KpiSeriesQuestion {
  const query = parseKpiSeries(directory, { kpi, versions }, parameters, now)
  return {
    query,
    answer: async (session) =>
      await shape(directory, query, await readKpiValues(session, directory, withEarlier(query)))
  }
}

/** Plans, reads and publishes the values of a KPI; comparisons, scorecards and savings are made of these as well. */
export async function readKpiValues (
  session: Session, directory: Directory, question: KpiQuestion
): Promise<Array<Published<KpiValue>>> {
  const plan = planKpi(session.viewer, directory, question)
  const gate = await openGate(session, directory, plan.gate)
  return await publish(gate, plan, await readSums(session, plan, gate))
}
