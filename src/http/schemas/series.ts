import { EVENT_TYPE_NAMES } from '../../domain/event.ts'
import { DURATION_BOUNDS } from '../../domain/durations.ts'
import { PERIODS } from '../../domain/period.ts'
import { STATUSES } from '../../domain/status.ts'
import { STATISTIC_NAMES, statisticNames } from '../../series/details/details.ts'
import { STATISTICS } from '../../series/measure.ts'
import { groupKeys } from '../../series/names.ts'
import type { SeriesQuery } from '../../series/parse.ts'
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
  start_on: Type.Optional(Day('First local day, inclusive.', '2025-05-26')),
  end_on: Type.Optional(Day('Last local day, inclusive.', '2025-06-08')),
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
  measure: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 60,
    default: 'count',
    description:
      '`count`: what events count; `events`: how many there are; `amount`: pence of events that have one; ' +
        '`duration`: seconds of events that have one; or a word of /v1/measures: figures that were sent for periods.',
    examples: ['amount']
  })),
  statistic: Type.Optional(Type.Enum([...STATISTICS], {
    description:
      'Of amount `sum` (if nothing is said) or `mean`; of duration `median` (if nothing is said), `mean`, `p90` ' +
        '(90th percentile) or `share` (within within_seconds). Of others there is one: `sum`, or `last` of a stock.',
    examples: ['mean']
  })),
  within_seconds: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: DURATION_BOUNDS.at(-1) ?? 1,
    description:
      'Of measure=duration: what a share is within; one of the `bounds` of an answer, such as 432000: 5 days.',
    examples: [432_000]
  })),
  group_by: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), {
    maxItems: 5,
    description:
      '`authority`, `channel`, `outcome`, `ward`, `street` or `attribute:<name>` (one attribute); repeat for ' +
        'several. Streets by month or longer, and not with channel; so are wards of attributes, amounts and durations.',
    examples: [['channel'], ['attribute:reason']]
  })),
  filter_by: Names(
    '`channel:web`, `outcome:failed`, `ward:E05001286`, `street:45203501` or `attribute:reason:not-presented` ' +
      '(`unknown`: not given); one dimension repeated means any of them.',
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
  start_on: Type.String({ format: 'date', description: 'First local day.', examples: ['2025-05-26'] }),
  end_on: Type.String({ format: 'date', description: 'Last local day, inclusive.', examples: ['2025-06-01'] }),
  value: Nullable(Type.Number({
    description:
      'In the `unit` of the answer: whole, but for means and shares, which have two decimals. Null where there is no ' +
        'figure: see status.',
    examples: [57]
  })),
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
  count: Type.Optional(Type.Integer({
    description: 'Of amount and duration: how many things they are of; an event counts as many as its `count`.',
    examples: [12]
  })),
  sum: Type.Optional(Type.Integer({ description: 'Of amount: pence in all.', examples: [144_000] })),
  mean: Type.Optional(Nullable(Type.Number({
    description: 'Of amount: pence a thing; of duration: seconds; two decimals. Null where nothing was measured.',
    examples: [12_000]
  }))),
  median: Type.Optional(Nullable(Type.Integer({
    description:
      'Of duration, in seconds: half took so long or less. Durations are counted in bands: it is right to the band, ' +
        'and within it as if they were spread evenly.',
    examples: [172_800]
  }))),
  p90: Type.Optional(Nullable(Type.Integer({
    description: 'Of duration, in seconds: nine of ten took so long or less, worked out as the median is.',
    examples: [431_000]
  }))),
  share: Type.Optional(Nullable(Type.Number({
    description: 'Of duration, in percent, two decimals: how many took within_seconds or less. Exact.',
    examples: [91.67]
  }))),
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
      description: 'The values of the dimensions grouped by, by their names: `channel`, `attribute:reason`.',
      examples: [{ channel: 'web' }]
    }),
    values: Type.Array(Type.Ref('SeriesValue'), { description: 'One for each period, aligned over all groups.' })
  })),
  annotations: Type.Array(Type.Ref('Annotation'), {
    description: 'Notes on the authorities and the service that touch the days.'
  }),
  breaks: Type.Array(Type.Ref('Break'), {
    description: 'By ward: the days on which wards change. With predecessors: those on which authorities merged.'
  }),
  measure: Type.String({ description: 'What was asked for.', examples: ['count'] }),
  statistic: Type.Enum([...STATISTICS], { description: 'What `value` is of it.', examples: ['sum'] }),
  unit: Type.String({
    description:
      'Of `value`: `count` of things or events, `pence`, `seconds`, `percent`, or the unit of the measure.',
    examples: ['count']
  }),
  bounds: Type.Optional(Type.Array(Type.Integer(), {
    description: 'Of duration: the upper bounds of the bands that durations are counted in, in seconds.',
    examples: [[...DURATION_BOUNDS.slice(0, 3)]]
  })),
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
export function tableOfSeries (query: SeriesQuery): Table {
  const { service, measure } = query
  const has = statisticNames(measure)
  return {
    title: `${service.title}: ${measure.kind === 'count' ? 'how often' : measure.name}, by period`,
    columns: [
      ...groupColumns(groupKeys(query)),
      ...columnsOf(SeriesValueSchema, { without: STATISTIC_NAMES.filter((name) => !has.includes(name)) })
    ]
  }
}

export const CSV_EXAMPLE =
  'channel,start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\n' +
    'web,2025-05-26,2025-06-01,57,ok,,1,,,\r\n'
