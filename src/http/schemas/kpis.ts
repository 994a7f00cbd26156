import { DefinitionSchema, TargetSchema } from '../../domain/kpi/definition.ts'
import { REASONS } from '../../domain/kpi/evaluate.ts'
import { STATUSES } from '../../domain/status.ts'
import { Type } from 'typebox'
import { columnOf, columnsOf } from '../formats/columns.ts'
import type { Table } from '../formats/table.ts'
import { KpiPreviewSchema } from './kpi-preview.ts'
import { Day, Nullable } from './common.ts'
import { groupColumns } from './series.ts'

export const NullableNumber = (description: string, example: number | null) =>
  Nullable(Type.Number({ description, examples: [example] }))

export const KpiSchema = Type.Object({
  kpi: Type.String({ examples: ['digital-take-up'] }),
  version: Type.Integer({ examples: [1] }),
  ...DefinitionSchema.properties,
  origin: Type.Optional(Type.Enum(['shipped', 'local'], {
    description: 'shipped: the platform brought this version; local: the operator made it.', examples: ['shipped']
  })),
  created_at: Type.String({ format: 'date-time' }),
  links: Type.Record(Type.String(), Type.String(), { examples: [{ versions: '/v1/kpis/digital-take-up/versions' }] })
}, { $id: 'Kpi', description: 'A version of the definition of a KPI.' })

const StatusSchema = Type.Enum([...STATUSES], {
  description:
    'ok; zero: a true 0; missing: no value, see reason; not-delivered; suppressed: too small to publish; not-yet: ' +
      'not published yet, or of a ward or street and not released yet; partial: reports account for fewer days than ' +
      'min_coverage, so there is no change, rank or quartile; provisional: the period is running or a figure may ' +
      'still change; revised: a figure replaced an earlier one, an event of those days was corrected or voided, or ' +
      'it changed after its release.',
  examples: ['ok']
})
const ReasonSchema =
  Nullable(Type.String({
    description:
      `Why there is no value. ${Object.entries(REASONS).map(([code, words]) => `${code}: ${words}`).join('; ')}.`,
    examples: ['no-denominator']
  }))

/** What every answer about a KPI says of a value. */
export const VALUE_FIELDS = {
  value: NullableNumber('In the unit of the definition; null where there is none.', 33.52941176470588),
  numerator: NullableNumber('What stands above.', 57),
  denominator: NullableNumber('What stands below; null where the definition has none or nothing was reported.', 170),
  status: StatusSchema,
  reason: ReasonSchema,
  notes: Type.Array(Type.String(), { description: 'Notes of the figures used.', examples: [[]] }),
  coverage: NullableNumber(
    'Share of the period’s days that the figures cover and, where events are counted, that reports account for: ' +
      'days between two reports at most a week apart, and a weekend with its Friday. Of several authorities: the ' +
      'mean, 0 for a silent one.',
    1
  ),
  basis: Type.Optional(Type.Enum(['weeks'], {
    description:
      'weeks: figures are by week, so that the value is about the weeks that begin in the period, on both sides.',
    examples: ['weeks']
  }))
}

export const KpiValueSchema = Type.Object({
  start_on: Day('First local day.', '2025-05-26'),
  end_on: Day('Last local day, inclusive.', '2025-06-01'),
  ...VALUE_FIELDS,
  target: Nullable(TargetSchema),
  met:
    Nullable(Type.Boolean({
      description: 'Whether the target is met; null without target or value.', examples: [true]
    })),
  definition_version:
    Nullable(Type.Integer({ description: 'The version in force at the start of the period.', examples: [1] })),
  break:
    Nullable(Type.String({
      format: 'date',
      description:
        'Wards change on this day, in this period: earlier figures by ward cannot be compared with later ones.',
      examples: ['2026-05-07']
    })),
  compared: Type.Optional(Type.Object({
    start_on: Day('First local day.', '2025-05-19'),
    end_on: Day('Last local day, inclusive.', '2025-05-25'),
    ...VALUE_FIELDS,
    change: NullableNumber('Value less the compared value.', 1.2)
  }, { description: 'With compare_with: the period compared with.' }))
}, { $id: 'KpiValue', description: 'The value of a KPI in one period, with what it was worked out from.' })

export const AnnotationSchema = Type.Object({
  id: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
    description: 'Unique within the authority; the same id replaces the note.',
    examples: ['strike-2025-06']
  }),
  authority: Type.String({ maxLength: 100, description: 'Slug or GSS code.', examples: ['solihull'] }),
  service: Type.Optional(Nullable(Type.String({
    maxLength: 120, description: 'Left out or null: all services.', examples: ['report-missed-bin']
  }))),
  start_on: Day('First local day it is about.', '2025-06-02'),
  end_on: Type.Optional(Nullable(Day('Last local day, inclusive; left out: that one day.', '2025-06-06'))),
  note: Type.String({
    minLength: 1, maxLength: 300, description: 'For everybody to read. No personal data.', examples: ['Crews on strike']
  })
}, {
  $id: 'Annotation',
  additionalProperties: false,
  description: 'A dated note, shown with the series of an authority and service.'
})

export const BreakSchema = Type.Object({
  on: Day('First day of what is new.', '2026-05-07'),
  authority: Type.String({ examples: ['solihull'] }),
  reason: Type.Enum(['wards', 'authority'], {
    description:
      'wards: its wards changed. authority: it, or a predecessor of its own, took the place of others, whose figures ' +
        'are added to its own before that day (predecessors=include).',
    examples: ['wards']
  }),
  ended: Type.Array(Type.String(), {
    description: 'Codes of the wards, or slugs of the authorities, that ended.', examples: [['E05001284']]
  }),
  begun: Type.Array(Type.String(), {
    description: 'Codes of the wards, or slugs of the authorities, that began.', examples: [['E05016426']]
  }),
  left_out: Type.Array(Type.String(), {
    description: 'Slugs of predecessors that were split among several, so that their figures are not added.',
    examples: [[]]
  })
}, { $id: 'Break', description: 'A day before which figures cannot be compared with those from it on.' })

export const KpiSeriesSchema = Type.Object({
  kpi: Type.String({ examples: ['digital-take-up'] }),
  title: Type.String({ examples: ['Digital take-up'] }),
  unit: Type.String({ examples: ['percent'] }),
  data: Type.Array(Type.Object({
    group: Type.Record(Type.String(), Type.String(), {
      description: 'The values of the dimensions grouped by.', examples: [{ authority: 'solihull' }]
    }),
    values: Type.Array(Type.Ref('KpiValue'), { description: 'One for each period, aligned over all groups.' })
  })),
  annotations: Type.Array(Type.Ref('Annotation')),
  breaks: Type.Array(Type.Ref('Break')),
  time_zone: Type.String({ examples: ['Europe/London'] }),
  licence: Type.String(),
  attribution: Type.String(),
  links: Type.Record(Type.String(), Type.String(), {
    examples: [{ self: '/v1/kpis/digital-take-up/series?authority=solihull', definition: '/v1/kpis/digital-take-up' }]
  })
}, { $id: 'KpiSeries', description: 'A KPI by period and group.' })

/** What a KPI's series is grouped by. */
export const groupsOf = ({ byAuthority, split }: { byAuthority: boolean, split: string }): string[] =>
  [...(byAuthority ? ['authority'] : []), ...(split === 'none' ? [] : [split])]

/** A KPI's series as a table: a row for each group and period, the compared period beside it where one is asked for. */
export function tableOfKpiSeries (
  { kpi, versions, service, byAuthority, split, compareWith }: {
    kpi: string
    versions: ReadonlyArray<{ title: string }>
    service: { title: string }
    byAuthority: boolean
    split: string
    compareWith?: string | undefined
  }
): Table {
  return {
    title: `${versions.at(-1)?.title ?? kpi}: ${service.title}, by period`,
    columns: [
      columnOf('kpi', KpiSeriesSchema.properties.kpi),
      columnOf('unit', KpiSeriesSchema.properties.unit),
      ...groupColumns(groupsOf({ byAuthority, split })),
      ...columnsOf(KpiValueSchema, { without: compareWith === undefined ? ['compared'] : [] })
    ]
  }
}

export const KPI_SCHEMAS = [
  DefinitionSchema, KpiSchema, KpiValueSchema, AnnotationSchema, BreakSchema, KpiSeriesSchema, KpiPreviewSchema
]
