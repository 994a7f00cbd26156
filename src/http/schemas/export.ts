import { Type } from 'typebox'
import { EVENT_TYPE_NAMES } from '../../domain/event.ts'
import { STATUSES } from '../../domain/status.ts'
import { Nullable } from './common.ts'
import { ListedEventSchema } from './events.ts'

export const SinceParameter = Type.Optional(Type.String({
  pattern: '^[A-Za-z0-9_-]{1,8000}$',
  description:
    'The Watermark header of an export of the same: only what may have changed since, by which rows of before are ' +
      'replaced.',
  examples: ['PUt5oq1y']
}))

/** What the headers of an export say. */
export const EXPORT_HEADERS = {
  watermark: Type.String({
    description: 'For `since` of the next export: what was committed before this one began to read. HEAD gives it too.',
    examples: ['PUt5oq1y']
  })
}

const day = (description: string, example: string) =>
  Nullable(Type.String({ format: 'date' }), { description, examples: [example] })

export const ExportedFigureSchema = Type.Object({
  authority: Type.String({ description: 'Slug of the authority.', examples: ['solihull'] }),
  authority_gss: Type.String({ description: 'Its GSS code; empty where it has none.', examples: ['E08000029'] }),
  service: Type.String({ description: 'Slug of the service.', examples: ['report-missed-bin'] }),
  type: Nullable(Type.Enum(EVENT_TYPE_NAMES), {
    description: 'Type of event; empty for figures of periods and KPIs.', examples: ['transaction']
  }),
  measure: Nullable(Type.String(), {
    description: 'count, amount, duration or a word of /v1/measures, as in /v1/series; or kpi: and a KPI.',
    examples: ['count']
  }),
  statistic: Nullable(Type.String(), {
    description: 'How what is measured became one value: as in /v1/series; empty for KPIs.', examples: ['sum']
  }),
  unit: Nullable(Type.String(), { description: 'Of the value: count, pence, seconds, percent …', examples: ['count'] }),
  period: Type.String({ description: 'As asked for.', examples: ['month'] }),
  start_on: day('First local day of the period.', '2025-05-01'),
  end_on: day('Last local day, inclusive.', '2025-05-31'),
  dimension: Type.String({
    description:
      'What the value is told apart by: whole, channel, outcome, ward, attribute:<name>. none: since the watermark, ' +
        'the place has no figures any more.',
    examples: ['channel']
  }),
  member: Nullable(Type.String(), { description: 'Which of them: as in a group of /v1/series.', examples: ['web'] }),
  value: Nullable(Type.Number(), { description: 'Null where there is no figure: see status.', examples: [57] }),
  status: Type.Enum([...STATUSES], { description: 'As in /v1/series.', examples: ['ok'] })
}, { $id: 'ExportedFigure', description: 'A line of an export of series: one figure.' })

const { history: _, ...EventFields } = ListedEventSchema.properties
export const ExportedEventSchema = Type.Object({
  ...EventFields,
  voided: Type.Boolean({ description: 'Whether it was withdrawn, and no longer counts.', examples: [false] })
}, { $id: 'ExportedEvent', description: 'A line of an export of events.' })

export const EXPORT_SCHEMAS = [ExportedFigureSchema, ExportedEventSchema]
