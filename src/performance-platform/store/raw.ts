import type { Readable } from 'node:stream'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Published } from '../../disclosure/gate.ts'
import type { Database } from '../../postgres/database.ts'
import { streamRows } from '../../postgres/rows-stream.ts'
import { narrowTo } from '../../postgres/scoped.ts'
import type { Tables } from '../../postgres/tables.ts'
import { allOf, conditionSql, type Condition } from './filter.ts'
import type { RecordRelation, TimeRange } from './relation.ts'

export interface RawQuery {
  range: TimeRange
  conditions: Condition[]
  /** `at`, `id` and `updatedAt` are columns, all else a field of the records. */
  sortBy: { field: { column: 'at' | 'id' | 'updatedAt' } | { name: string }, descending: boolean } | undefined
  /** Zero: all. */
  limit: number
}

/** A record as text: instants as ISO 8601 with six digits of a second, the body as its JSON. */
export interface RawRow { id: string, at: string | null, updated_at: string | null, body: string }

/**
 * The records of a query as a stream that reads from the database no faster than it is read itself, and keeps one of
 * `downloads`.
 */
export async function streamRecords (
  { db, downloads }: Pick<Database, 'db' | 'downloads'>, relation: Published<RecordRelation>, query: RawQuery
): Promise<Readable> {
  const compiled = sql`
    SELECT ${relation.id} AS id, ${isoText(relation.at)} AS at, ${isoText(relation.updatedAt)} AS updated_at,
      (${relation.body})::text AS body
    ${selection(relation, query)}
    ORDER BY ${order(relation, query.sortBy)}
    ${query.limit === 0 ? sql`` : sql`LIMIT ${query.limit}`}`.compile(db)
  const begin = `BEGIN READ ONLY; ${narrowTo(relation.scope)}`
  return await streamRows(downloads, { begin, text: compiled.sql, values: [...compiled.parameters] })
}

/** Whether a query has more than so many records; in no order, so it need not look at all of them. */
export async function hasMore (
  db: Kysely<Tables>, relation: Published<RecordRelation>, query: RawQuery, than: number
): Promise<boolean> {
  const { rows } = await sql<{ found: number }>`
    SELECT count(*) AS found FROM (SELECT 1 AS one ${selection(relation, query)} LIMIT ${than + 1}) s`.execute(db)
  return (rows[0]?.found ?? 0) > than
}

/** The names of all fields that the records of a query have, sorted: the columns of their CSV. */
export async function fieldNames (
  db: Kysely<Tables>, relation: Published<RecordRelation>, query: RawQuery
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT k.name FROM (SELECT ${relation.body} AS body ${selection(relation, query)}) s,
    LATERAL jsonb_object_keys(s.body) AS k(name)`.execute(db)
  return rows.map(({ name }) => name)
}

function selection (relation: RecordRelation, { range, conditions }: RawQuery): RawBuilder<unknown> {
  return sql`FROM ${relation.from(range)}
    WHERE ${allOf(conditions.map((condition) => conditionSql(relation, condition)))}`
}

// As the original's production engine did: what lacks the field first, then numbers, strings, booleans; by id within
// ties.
function order (relation: RecordRelation, sortBy: RawQuery['sortBy']): RawBuilder<unknown> {
  const direction = sortBy?.descending === true ? sql`DESC NULLS LAST` : sql`ASC NULLS FIRST`
  const field = sortBy?.field ?? { column: 'at' }
  if ('column' in field) {
    return field.column === 'id'
      ? sql`${relation.id} COLLATE "C" ${direction}`
      : sql`${relation[field.column]} ${direction}, ${relation.id} COLLATE "C"`
  }
  const value = relation.field(field.name)
  return sql`
    CASE jsonb_typeof(${value}) WHEN 'number' THEN 1 WHEN 'string' THEN 2 WHEN 'boolean' THEN 3 ELSE 0 END ${direction},
    CASE jsonb_typeof(${value}) WHEN 'number' THEN (${value})::numeric END ${direction},
    ((${value}) #>> '{}') COLLATE "C" ${direction}, ${relation.id} COLLATE "C"`
}

const isoText = (at: RawBuilder<unknown>) => sql`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`
