import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Published } from '../../disclosure/gate.ts'
import type { Tables } from '../../postgres/tables.ts'
import { allOf, conditionSql, type Condition } from './filter.ts'
import type { CollectMethod, Aggregate, RecordRelation, TimeRange } from './relation.ts'

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

/**
 * `bucket` counts the starts from 1. `collected` is the JSON text of the keys' values, then the collected ones; a set
 * is there as a list of lists, the same value perhaps in several. `unsummable`: a sum or mean was asked of what is no
 * number.
 */
export interface GroupRow { bucket: number | null, count: number, unsummable: boolean, collected: string }

/** What a query may come to: rows, and the bytes of what is in them. */
export interface GroupsBound { rows: number, bytes: number }

/** Too much to be sent here, and so not sent. */
export interface TooMuch { tooMuch: GroupsBound }

/**
 * Counts and collects by period and keys, in one statement: one row comes back for each period of a group. Records that
 * lack a key, or have null there, are in no group.
 *
 * The inner statement reads the records once and groups by the keys' text: comparing jsonb took twice as long. The
 * outer one reads only these groups, and makes one of 1 and 1.0. What comes to more than `most` stays in Postgres.
 */
export async function readGroups (
  db: Kysely<Tables>, relation: Published<RecordRelation>, query: GroupsQuery, most: GroupsBound
): Promise<GroupRow[] | TooMuch> {
  const { starts, keys, collect } = query
  const aggregates = aggregatesOf(collect)
  const aggregateRef = (kind: Aggregate, field: string): RawBuilder<unknown> =>
    sql.ref(`f.p${aggregates.findIndex((one) => one.kind === kind && one.field === field)}`)
  const bucket = starts.length === 0
    ? sql`NULL::int`
    : sql`width_bucket(${relation.at}, ${instants(starts)}::timestamptz[])`
  const groupKeys = keys.map((key) =>
    relation.key?.(key) ??
      { text: sql`(${relation.field(key)})::text`, value: (text: RawBuilder<unknown>) => sql`${text}::jsonb` }
  )
  const inner = [
    sql`${bucket} AS bucket`,
    ...groupKeys.map(({ text }, i) => sql`${text} AS ${sql.ref(`k${i}`)}`),
    sql`${relation.count} AS records`,
    ...aggregates.map(({ kind, field }, i) => sql`${relation.aggregate(kind, field)} AS ${sql.ref(`p${i}`)}`)
  ]
  const keyRefs = keys.map((_, i) => sql.ref(`f.k${i}`))
  const outer = [
    sql`g.bucket`,
    sql`g.records`,
    ...aggregates.map((_, i) => sql.ref(`g.p${i}`)),
    ...groupKeys.map(({ value }, i) => sql`${value(sql.ref(`g.k${i}`))} AS ${sql.ref(`k${i}`)}`)
  ]
  const summed = aggregates.filter(({ kind }) => kind === 'sum').map(({ field }) =>
    sql`coalesce(sum(${aggregateRef('sum', field)}) = 'NaN', FALSE)`
  )
  const unsummable = summed.length === 0 ? sql`FALSE` : sql.join(summed, sql` OR `)
  const values = collect.map(({ field, method }) => valueOf(method, (kind) => aggregateRef(kind, field)))
  const grouping = sql.join([sql.ref('f.bucket'), ...keyRefs])
  const { rows } = await sql<GroupRow & GroupsBound>`
    WITH found AS MATERIALIZED (SELECT f.bucket, sum(f.records)::bigint AS count, ${unsummable} AS unsummable,
      jsonb_build_array(${sql.join([...keyRefs, ...values])})::text AS collected
    FROM (
      SELECT ${sql.join(outer)} FROM (
        SELECT ${sql.join(inner)} FROM ${relation.from(query.range)}
        WHERE ${allOf(query.conditions.map((condition) => conditionSql(relation, condition)))}
        GROUP BY ${sql.join([bucket, ...keys].map((_, i) => sql.lit(i + 1)))}) g) f
    WHERE ${allOf([sql`f.records > 0`, ...keyRefs.map((key) => sql`${key} <> 'null'::jsonb`)])}
    GROUP BY ${query.totals ? sql`GROUPING SETS ((${grouping}), (${sql.join(keyRefs)}))` : grouping}),
    size AS (SELECT count(*) AS rows, coalesce(sum(octet_length(collected)), 0) AS bytes FROM found)
    SELECT size.rows, size.bytes, found.* FROM size
    LEFT JOIN found ON size.rows <= ${most.rows} AND size.bytes <= ${most.bytes}`.execute(db)
  const [first] = rows
  if (first === undefined || first.rows === 0) return []
  return first.rows <= most.rows && first.bytes <= most.bytes
    ? rows
    : { tooMuch: { rows: first.rows, bytes: first.bytes } }
}

// As one text: fifty thousand texts would each be quoted.
const instants = (starts: readonly number[]): string =>
  `{${starts.map((start) => new Date(start).toISOString()).join(',')}}`

const AGGREGATES: Record<CollectMethod, Aggregate[]> = {
  count: ['count'], sum: ['sum'], mean: ['sum', 'count'], set: ['set']
}

function aggregatesOf (collect: GroupsQuery['collect']): Array<{ kind: Aggregate, field: string }> {
  const all = collect.flatMap(({ field, method }) => AGGREGATES[method].map((kind) => ({ kind, field })))
  return all.filter(({ kind, field }, i) =>
    i === all.findIndex((other) => other.kind === kind && other.field === field)
  )
}

function valueOf (method: CollectMethod, aggregate: (kind: Aggregate) => RawBuilder<unknown>): RawBuilder<unknown> {
  switch (method) {
    case 'count':
      return sql`sum(${aggregate('count')})::bigint`
    case 'sum':
      return sql`nullif(sum(${aggregate('sum')}), 'Infinity')`
    case 'mean':
      return sql`nullif(sum(${aggregate('sum')}), 'Infinity') / nullif(sum(${aggregate('count')}), 0)`
    case 'set':
      return sql`jsonb_agg(${aggregate('set')}) FILTER (WHERE ${aggregate('set')} IS NOT NULL)`
  }
}
