import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../tables.ts'
import { allOf, conditionSql, type Condition } from './filter.ts'
import type { CollectMethod, RecordRelation, TimeRange } from './relation.ts'

export interface GroupsQuery {
  range: TimeRange
  /** Starts of periods in ascending order; empty: not by period. */
  starts: number[]
  keys: string[]
  collect: Array<{ field: string, method: CollectMethod }>
  conditions: Condition[]
  /** Also one row a group over all its periods, with `bucket` null. */
  totals: boolean
}

/** `bucket` counts the starts from 1; `cells` is the JSON text of the keys' values, then the collected ones. */
export interface GroupRow { bucket: number | null, count: number, unsummable: boolean, cells: string }

/**
 * Counts and collects by period and keys, in one statement: as many rows come back as the answer has cells. Records that
 * lack a key, or have null there, are in no group.
 */
export async function readGroups (db: Kysely<Tables>, relation: RecordRelation, query: GroupsQuery): Promise<GroupRow[]> {
  const { starts, keys, collect } = query
  const fields = [...new Set(collect.map(({ field }) => field))]
  const keyRefs = keys.map((_, i) => sql.ref(`f.k${i}`))
  const valueOf = (field: string): RawBuilder<unknown> => sql.ref(`f.v${fields.indexOf(field)}`)
  const bucket = starts.length === 0
    ? sql`NULL::int`
    : sql`width_bucket(${relation.at}, ${starts.map((start) => new Date(start).toISOString())}::timestamptz[])`
  const columns = [
    sql`${bucket} AS bucket`,
    ...keys.map((key, i) => sql`${relation.field(key)} AS ${sql.ref(`k${i}`)}`),
    ...fields.map((field, i) => sql`${relation.field(field)} AS ${sql.ref(`v${i}`)}`)
  ]
  const summed = fields.filter((field) => collect.some((one) => one.field === field && (one.method === 'sum' || one.method === 'mean')))
  const cells = [...keyRefs, ...collect.map(({ method, field }) => relation.collect(method, field, valueOf(field)))]
  const grouping = sql.join([sql.ref('f.bucket'), ...keyRefs])
  const { rows } = await sql<GroupRow>`
    SELECT f.bucket, ${relation.count} AS count,
      ${summed.length === 0 ? sql`FALSE` : sql.join(summed.map((field) => relation.unsummable(field, valueOf(field))), sql` OR `)} AS unsummable,
      jsonb_build_array(${sql.join(cells)})::text AS cells
    FROM ${relation.from(query.range)}
    CROSS JOIN LATERAL (SELECT ${sql.join(columns)}) f
    WHERE ${allOf([
      ...query.conditions.map((condition) => conditionSql(relation, condition)),
      ...keyRefs.map((key) => sql`${key} <> 'null'::jsonb`)
    ])}
    GROUP BY ${query.totals ? sql`GROUPING SETS ((${grouping}), (${sql.join(keyRefs)}))` : grouping}`.execute(db)
  return rows
}
