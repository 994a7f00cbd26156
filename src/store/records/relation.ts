import { sql, type RawBuilder } from 'kysely'

export type CollectMethod = 'sum' | 'count' | 'set' | 'mean'
export interface TimeRange { from: number | undefined, before: number | undefined, inclusive: boolean }

/**
 * Anything that can be read as records of the Performance Platform dialect: schemaless rows, a rollup of them, or typed
 * rollups seen as one record a day. The statements in this folder are written over these few expressions alone.
 */
export interface RecordRelation {
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
  /** How many records a group has. */
  count: RawBuilder<unknown>
  /** The aggregate of a field; `value` is what `field` gave. SQL NULL where there is nothing to sum. */
  collect: (method: CollectMethod, name: string, value: RawBuilder<unknown>) => RawBuilder<unknown>
  /** Whether a group holds values that cannot be summed. */
  unsummable: (name: string, value: RawBuilder<unknown>) => RawBuilder<unknown>
}

/** false and true are summed as 0 and 1. */
export const numericOf = (value: RawBuilder<unknown>) => sql`
  CASE jsonb_typeof(${value}) WHEN 'number' THEN (${value})::numeric WHEN 'boolean' THEN (${value})::boolean::int END`

export function collectRecords (method: CollectMethod, value: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (method) {
    case 'count': return sql`count(${value})`
    case 'sum': return sql`sum(${numericOf(value)})`
    case 'mean': return sql`avg(${numericOf(value)})`
    case 'set': return sql`coalesce(jsonb_agg(DISTINCT ${value}) FILTER (WHERE ${value} IS NOT NULL), '[]')`
  }
}

export const unsummableRecords = (value: RawBuilder<unknown>) => sql`
  coalesce(bool_or(jsonb_typeof(${value}) NOT IN ('number', 'boolean')), false)`

/** An instant of the code as SQL's; text, since a JavaScript Date would be written in the server's own zone. */
export const instant = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`

export function within (at: RawBuilder<unknown>, { from, before, inclusive }: TimeRange): RawBuilder<unknown> {
  const lower = from === undefined ? sql`TRUE` : sql`${at} >= ${instant(from)}`
  if (before === undefined) return lower
  return sql`${lower} AND ${at} ${inclusive ? sql`<=` : sql`<`} ${instant(before)}`
}
