import { sql, type RawBuilder } from 'kysely'
import { onLocalDays, partOfRecords, type RecordRelation } from './relation.ts'

/** Some of a day's cells; those left out of `channelIds` are all, and `since` is the first day on which they count. */
export interface Cells { outcomes: number[], channelIds?: number[], since?: string }

export interface TypedFigures {
  authorityId: number
  serviceId: number
  type: number
  /** The whole numbers of a record, each the sum of some cells. */
  counts: Record<string, Cells[]>
  /** The sum of some counts, each so many times, over `times` as many as the count `of`; from 0 to 1. */
  share: { field: string, weights: Record<string, number>, of: string, times: number }
}

const LACKING = sql`NULL::jsonb`

/**
 * A share of typed data as the old platform's transforms wrote theirs: one record a local day, with what it was made
 * of. A day of which nothing is to be divided by has none.
 */
export function typedFigures ({ authorityId, serviceId, type, counts, share }: TypedFigures): RecordRelation {
  const names = Object.keys(counts)
  const count = (name: string) => sql`(r.counts)[${sql.lit(names.indexOf(name) + 1)}]`
  const weighted = Object.entries(share.weights).map(([name, weight]) => sql`${count(name)} * ${sql.lit(weight)}`)
  const midnight = (days: number) => sql`to_jsonb((r.local_date + ${sql.lit(days)})::text || 'T00:00:00+00:00')`
  const fields: Record<string, RawBuilder<unknown>> = {
    ...Object.fromEntries(names.map((name) => [name, sql`to_jsonb(${count(name)})`])),
    [share.field]: sql`to_jsonb((${sql.join(weighted, sql` + `)})::float8 / (${count(share.of)} * ${sql.lit(share.times)}))`,
    _start_at: midnight(0),
    _end_at: midnight(1),
    period: sql`'"day"'::jsonb`
  }
  const fieldOf = (name: string) => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  const sums = Object.values(counts).map(sumOf)
  return {
    from: (range) =>
      sql`(
      SELECT t.local_date, t.local_date::timestamp AT TIME ZONE 'UTC' AS at, ARRAY[${sql.join(sums)}] AS counts
      FROM rollup_channel_day t
      WHERE t.authority_id = ${authorityId} AND t.service_id = ${serviceId} AND t.type = ${type}
        AND ${onLocalDays(range)}
      GROUP BY 1 HAVING sum(t.events) > 0 AND ${sumOf(counts[share.of] ?? [])} > 0) r`,
    at: sql`r.at`,
    id: sql`r.local_date::text`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object(${sql.join(Object.entries(fields).flatMap(([name, value]) => [sql.lit(name), value]))})`,
    field: fieldOf,
    count: sql`count(*)`,
    part: (kind, name) => partOfRecords(kind, fieldOf(name))
  }
}

function sumOf (cells: Cells[]): RawBuilder<unknown> {
  const any = cells.map(({ outcomes, channelIds, since }) =>
    sql`(t.outcome = ANY (${outcomes}::int2[])
    ${channelIds === undefined ? sql`` : sql`AND t.channel_id = ANY (${channelIds}::int2[])`}
    ${since === undefined ? sql`` : sql`AND t.local_date >= ${since}::date`})`
  )
  return sql`coalesce(sum(t.count) FILTER (WHERE ${sql.join(any, sql` OR `)}), 0)::bigint`
}
