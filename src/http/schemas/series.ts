import { EVENT_TYPE_NAMES } from '../../domain/event.ts'
import { PERIODS } from '../../domain/period.ts'
import { STATUSES } from '../../domain/status.ts'
import { Type } from 'typebox'
import { columnOf, columnsOf } from '../formats/columns.ts'
import type { Table } from '../formats/table.ts'
import { ATTRIBUTION, Day, LICENCE, Nullable } from './common.ts'

const Names = (description: string, examples: string[]) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), {
    maxItems: 500, description, examples: [examples]
  }))

/** Which periods: shared by every series. */
export const PeriodParameters = {
  period: Type.Enum([...PERIODS], {
    default: 'month', description: 'Weeks start on Monday; financial years and quarters on 1 April.'
  }),
  start_on: Type.Optional(Day('First local day, inclusive.', '2014-05-26')),
  end_on: Type.Optional(Day('Last local day, inclusive.', '2014-06-08')),
  duration: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 4000,
    description: 'Periods from start_on, up to end_on, or up to the running one. 12 if nothing else says.',
    examples: [2]
  }))
}

/** Whether those who gave way to an authority are added to it. */
export const PredecessorsParameter = Type.Optional(Type.Enum(['include'], {
  description:
    'include: before an authority began, the sum of those whose only successor it is (mergers), with a break on its ' +
      'first day. Never a part of one that was split.',
  examples: ['include']
}))

export const SeriesParametersSchema = Type.Object({
  authority: Names('Slugs or GSS codes; several are added up unless grouped by authority.', ['solihull']),
  service: Type.String({ maxLength: 120, description: 'Slug of the service.', examples: ['report-missed-bin'] }),
  type: Type.Enum(EVENT_TYPE_NAMES, { default: 'transaction', description: 'Type of event.' }),
  outcome: Names('Only these outcomes.', ['reported']),
  ...PeriodParameters,
  group_by: Type.Optional(Type.Array(Type.Enum(['authority', 'channel', 'outcome', 'ward', 'street']), {
    maxItems: 5,
    description: 'Repeat for several. Streets by month or longer, and not with channel.',
    examples: [['channel']]
  })),
  filter_by: Names(
    '`channel:web`, `outcome:failed`, `ward:E05001286` or `street:45203501`; one dimension repeated means any of them.',
    ['channel:web']
  ),
  top: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'Only so many groups: those with the largest sums over the range, largest first.',
    examples: [20]
  })),
  predecessors: PredecessorsParameter
}, { additionalProperties: false })

export const SeriesValueSchema = Type.Object({
  start_on: Type.String({ format: 'date', description: 'First local day.', examples: ['2014-05-26'] }),
  end_on: Type.String({ format: 'date', description: 'Last local day, inclusive.', examples: ['2014-06-01'] }),
  value: Nullable(Type.Integer({ description: 'Null where there is no figure: see status.', examples: [57] })),
  status: Type.Enum([...STATUSES], {
    description:
      'ok; zero; missing: delivered, but nobody reported, or figures do not cover every day; not-delivered: by ' +
        'another, or the authority did not exist, or nobody has said who delivers it and nothing was reported; ' +
        'suppressed: too small to publish; not-yet: not published yet, or of a ward or street and not released ' +
        'yet; partial: of KPIs only; provisional: the period is still running or a figure may change; revised: a ' +
        'figure replaced an earlier one, an event of those days was corrected or voided (any of the authority, of ' +
        'that service and type), or it changed after its release.',
    examples: ['ok']
  }),
  coverage: Type.Optional(Type.Number({
    description:
        'Share of the days that reports account for: days between two reports at most a week apart, and a weekend ' +
          'with its Friday; all days of figures. Of several authorities the mean. Left out where there is no value.',
    examples: [1]
  })),
  break: Type.Optional(Type.String({
    format: 'date',
    description: 'A day in this period on which wards change (by ward), or authorities merged.',
    examples: ['2026-05-07']
  })),
  basis: Type.Optional(Type.Enum(['counts', 'both'], {
    description:
        'counts: figures that the authority sent instead of events; both: events of some days (or authorities) ' +
          'and figures of others. Left out: events.',
    examples: ['counts']
  })),
  notes: Type.Optional(Type.Array(Type.String(), { description: 'Notes of the figures used.', examples: [[]] }))
}, { $id: 'SeriesValue', description: 'The value of one period.' })

export const SeriesSchema = Type.Object({
  data: Type.Array(Type.Object({
    group: Type.Record(Type.String(), Type.String(), {
      description: 'The values of the dimensions grouped by.', examples: [{ channel: 'web' }]
    }),
    values: Type.Array(Type.Ref('SeriesValue'), { description: 'One for each period, aligned over all groups.' })
  })),
  annotations: Type.Array(Type.Ref('Annotation'), {
    description: 'Notes on the authorities and the service that touch the days.'
  }),
  breaks: Type.Array(Type.Ref('Break'), {
    description: 'By ward: the days on which wards change. With predecessors: those on which authorities merged.'
  }),
  time_zone: Type.String({ examples: ['Europe/London'] }),
  licence: Type.String({ examples: [LICENCE] }),
  attribution: Type.String({ examples: [ATTRIBUTION] }),
  links: Type.Record(Type.String(), Type.String(), {
    examples: [{ self: '/v1/series?authority=solihull', csv: '/v1/series?authority=solihull&format=csv' }]
  })
}, { $id: 'Series', description: 'Values by period and group.' })

/** What a group is grouped by, as columns. */
export const groupColumns = (groupBy: readonly string[]) =>
  groupBy.map((name) => columnOf(name, Type.String({ description: `The group’s ${name}.` })))

/** A series as a table: a row for each group and period. Columns depend on the question, not on what was reported. */
export const tableOfSeries = (
  { service, groupBy }: { service: { title: string }, groupBy: readonly string[] }
): Table => ({
  title: `${service.title}: how often, by period`,
  columns: [...groupColumns(groupBy), ...columnsOf(SeriesValueSchema)]
})

export const CSV_EXAMPLE =
  'channel,start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\n' +
    'web,2014-05-26,2014-06-01,57,ok,,1,,,\r\n'
