import { Type } from 'typebox'
import { known } from '../../catalogue/explain.ts'
import { formatDay } from '../../domain/calendar.ts'
import { currentVersion, type KpiVersion } from '../../domain/kpi/definition.ts'
import { measuresOf } from '../../kpi/administration/measures.ts'
import { KpiSchema } from '../schemas/kpis.ts'
import { kpiToWire } from '../wire/kpis.ts'
import { listedAlone } from './fields.ts'
import type { Kind } from './kind.ts'

/** KPIs as defined today, to be listed; a version is added and a KPI ended in routes/v1/kpis.ts. */
export const kpis: Kind<KpiVersion, KpiVersion> = {
  path: '/kpis',
  one: 'Kpi',
  many: 'Kpis',
  tag: 'kpis',
  summary: 'All KPIs, as defined today',
  row: KpiSchema,
  input: KpiSchema,
  filters: {
    state: Type.Optional(Type.Enum(['proposed', 'agreed', 'retired'], {
      description: 'Of the version of today, or of the last where none is in force.'
    })),
    measure: Type.Optional(Type.String({
      maxLength: 60, description: 'Only KPIs that are made of this measure.', examples: ['collections_made']
    }))
  },
  codes: ['unknown-measure'],
  rows: (directory, query) => {
    const { state, measure } = query as { state?: string, measure?: string }
    if (measure !== undefined) known(directory.kpis.measure(measure), 'unknown-measure', 'measure')
    const today = formatDay(directory.today)
    return [...directory.kpis.kpis.values()].flatMap((versions) => currentVersion(versions, today) ?? [])
      .filter((version) =>
        (state === undefined || version.state === state) &&
        (measure === undefined || measuresOf(version).includes(measure))
      )
  },
  key: ({ kpi }) => kpi,
  names: ({ kpi, title, formula }) => [kpi, title, formula],
  toWire: kpiToWire,
  ...listedAlone
}
