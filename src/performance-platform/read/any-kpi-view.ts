import type { Directory } from '../../catalogue/directory.ts'
import { currentVersion } from '../../domain/kpi/definition.ts'
import { formatDay } from '../../domain/calendar.ts'
import { onOldScale, PENCE } from '../../domain/kpi/shares.ts'
import { readKnown, recordOf, type KpiView } from './kpi-views.ts'

/**
 * Any KPI by its own name, of the operator's making too: `value` on the scale of the old dialect, `numerator` (in
 * pounds where the value is) and `denominator`. By period a rate is `value:mean`, a total `value:sum`.
 */
export function anyKpiView ({ kpis, today }: Directory, kpi: string): KpiView | undefined {
  const version = currentVersion(kpis.kpis.get(kpi) ?? [], formatDay(today))
  if (version === undefined) return undefined
  return {
    kpi,
    keys: [],
    ofPeriod: { field: 'value', method: version.denominator === null ? 'sum' : 'mean' },
    over: async (source, versions, periods) =>
      (await readKnown(source, versions, periods)).map((known) => {
        const { version: { unit }, numerator, denominator } = known
        return recordOf(known, {}, {
          value: onOldScale(known.version, known),
          ...(numerator !== null && { numerator: unit === 'pence' ? numerator / PENCE : numerator }),
          ...(denominator !== null && { denominator })
        })
      })
  }
}
