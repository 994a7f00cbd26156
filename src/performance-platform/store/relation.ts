import { sql, type RawBuilder } from 'kysely'
import type { WholeOf } from '../../disclosure/gate.ts'
import type { Scope } from '../../postgres/scoped.ts'
import type { WithheldDays } from '../../disclosure/withheld.ts'

export type CollectMethod = 'sum' | 'count' | 'set' | 'mean'
export interface TimeRange { from: number | undefined, before: number | undefined, inclusive: boolean }

/** The days of one authority's service and type of event, grouped by one dimension. */
export interface TypedSeries {
  authorityId: number
  serviceId: number
  type: number
  dimension: Dimension
  /** The days of an authority that it does not have. */
  leftOut: WithheldDays
}

interface Dimension {
  /** The field's name in a record, and the fixed names of the rollup and its column. */
  field: 'channel' | 'ward'
  /** id -> the value that records show; ids not named show as `unknown`. */
  labels: Map<number, string>
}

/**
 * Anything that can be read as records of the Performance Platform dialect: schemaless rows, a rollup of them, or typed
 * rollups seen as one record a day. The statements in this folder are written over these few expressions alone.
 */
export interface RecordRelation {
  /** Whose rows it reads: of nobody else any is found. */
  scope: Scope
  /** Where the records are the days of a typed series: its sums answer most questions faster. */
  series?: TypedSeries
  /** A FROM item named `r`, with the rows of the range and no others. */
  from: (range: TimeRange) => RawBuilder<unknown>
  /** timestamptz; null where a record has no time. */
  at: RawBuilder<unknown>
  id: RawBuilder<unknown>
  /** timestamptz; null where nobody knows. */
  updatedAt: RawBuilder<unknown>
  /** A record's own fields as jsonb, without `_id`, `_timestamp` and `_updated_at`. */
  body: RawBuilder<unknown>
  /** A field as jsonb; SQL NULL where the record lacks it. */
  field: (name: string) => RawBuilder<unknown>
  /** A text to group by that is cheaper than the field's JSON, and how to make the field's jsonb of it again. */
  key?: (name: string) => GroupKey | undefined
  /** Aggregate: how many records a group has. */
  count: RawBuilder<unknown>
  /** Aggregates a field in a group, so that groups can be aggregated once more. */
  aggregate: (kind: Aggregate, name: string) => RawBuilder<unknown>
}

/** Records of what senders wrote themselves, into one data set. */
export interface SchemalessRelation extends RecordRelation { dataSetId: number }

/** Records made of the events of some authorities. */
export interface TypedRelation extends RecordRelation { wholeOf: WholeOf }

export interface GroupKey { text: RawBuilder<unknown>, value: (text: RawBuilder<unknown>) => RawBuilder<unknown> }

/**
 * How many records have the field; the sum of its values, NaN where one cannot be summed, Infinity where one is
 * suppressed; the list of them.
 */
export type Aggregate = 'count' | 'sum' | 'set'

export function aggregateOfRecords (kind: Aggregate, value: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (kind) {
    case 'count':
      return sql`count(${value})`
    case 'sum':
      return sql`sum(${summable(value)})`
    case 'set':
      return sql`jsonb_agg(DISTINCT ${value}) FILTER (WHERE ${value} IS NOT NULL)`
  }
}

const LACKING = sql`NULL::jsonb`

/** What a relation has of its own; `sums`: shorter ways to add up some fields. */
type Own = Pick<RecordRelation, 'from' | 'id' | 'scope'> & Partial<RecordRelation> & {
  sums?: Record<string, RawBuilder<unknown>>
}

/** Records with the fields named and no others, each a row `r` with a time `at`; nobody knows when it was written. */
export function recordsWith (
  fields: Record<string, RawBuilder<unknown>>, { sums = {}, ...own }: Own
): RecordRelation {
  const field = (name: string): RawBuilder<unknown> => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  const named = Object.entries(fields).flatMap(([name, value]) => [sql.lit(name), value])
  return {
    at: sql`r.at`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object(${sql.join(named)})`,
    field,
    count: sql`count(*)`,
    aggregate: (kind, name) => (kind === 'sum' ? sums[name] : undefined) ?? aggregateOfRecords(kind, field(name)),
    ...own
  }
}

/** The number of a value; NaN for one that cannot be summed. */
export const summable = (value: RawBuilder<unknown>) =>
  sql`CASE jsonb_typeof(${value}) WHEN 'number' THEN (${value})::numeric
  WHEN 'boolean' THEN (${value})::boolean::int WHEN 'string' THEN 'NaN' WHEN 'null' THEN 'NaN' END`

/** An instant of the code as SQL's; text, since a JavaScript Date would be written in the server's own zone. */
export const instant = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`

export function within (at: RawBuilder<unknown>, { from, before, inclusive }: TimeRange): RawBuilder<unknown> {
  const lower = from === undefined ? sql`TRUE` : sql`${at} >= ${instant(from)}`
  if (before === undefined) return lower
  return sql`${lower} AND ${at} ${inclusive ? sql`<=` : sql`<`} ${instant(before)}`
}

/** Rows `t` of a rollup by local day whose day, labelled as UTC, lies in the range. */
export function onLocalDays (range: TimeRange): RawBuilder<unknown> {
  const { from, before } = range
  const date = (ms: number) => sql`(${instant(ms)} AT TIME ZONE 'UTC')::date`
  // For the index's sake: whole months, bounds included.
  return sql.join([
    ...(from === undefined ? [] : [sql`t.month >= date_trunc('month', ${date(from)}::timestamp)::date`]),
    ...(before === undefined ? [] : [sql`t.month <= ${date(before)}`]),
    within(sql`t.local_date::timestamp AT TIME ZONE 'UTC'`, range)
  ], sql` AND `)
}
