import { sql, type RawBuilder } from 'kysely'
import { onLocalDays, partOfRecords, type RecordRelation } from './relation.ts'

interface Dimension {
  /** The field's name in a record, and the fixed names of the rollup and its column. */
  field: 'channel' | 'ward'
  /** id -> the value that records show; ids not named show as `unknown`. */
  labels: Map<number, string>
}

export interface TypedSeries { authorityId: number, serviceId: number, type: number, dimension: Dimension }

const ROLLUPS = {
  channel: { table: sql`rollup_channel_day`, column: sql`t.channel_id` },
  ward: { table: sql`rollup_ward_day`, column: sql`t.ward_id` }
}

const LACKING = sql`NULL::jsonb`

/** Typed transactions as the old platform's senders would have sent them: one record a local day and dimension value. */
export function typedDays ({ authorityId, serviceId, type, dimension }: TypedSeries): RecordRelation {
  const { table, column } = ROLLUPS[dimension.field]
  const { field, labels } = dimension
  const fields: Record<string, RawBuilder<unknown>> = {
    [field]: sql`to_jsonb(r.value)`, count: sql`to_jsonb(r.count)`, period: sql`'"day"'::jsonb`
  }
  const fieldOf = (name: string) => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  return {
    from: (range) => sql`(
      SELECT t.local_date, t.local_date::timestamp AT TIME ZONE 'UTC' AS at, coalesce(l.label, 'unknown') AS value,
        sum(t.count)::bigint AS count
      FROM ${table} t
      LEFT JOIN unnest(${[...labels.keys()]}::int[], ${[...labels.values()]}::text[]) AS l(id, label) ON l.id = ${column}
      WHERE t.authority_id = ${authorityId} AND t.service_id = ${serviceId} AND t.type = ${type}
        AND ${onLocalDays(range)}
      GROUP BY 1, 2, 3 HAVING sum(t.events) > 0) r`,
    at: sql`r.at`,
    id: sql`r.local_date::text || '.' || replace(r.value, ' ', '_')`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object(${field}::text, r.value, 'count', r.count, 'period', 'day')`,
    field: fieldOf,
    count: sql`count(*)`,
    part: (kind, name) => partOfRecords(kind, fieldOf(name))
  }
}
