import { sql, type Kysely, type RawBuilder } from 'kysely'
import { lastingUpTo } from '../../postgres/deadlines.ts'
import type { Tables } from '../../postgres/tables.ts'

export interface RolledUp { id: number, dimensions: string[], measures: string[] }

/**
 * The sets of dimensions that are summed by, as bits: none, each alone, all. Any two or more together are read from
 * all; every other combination as well would double the cost of a write with each dimension.
 */
export function dimensionSets ({ dimensions }: RolledUp): number[] {
  if (dimensions.length === 0) return []
  return [...new Set([0, ...dimensions.map((_, i) => 1 << i), (1 << dimensions.length) - 1])]
}

/** Sums all records of a data set anew, for one whose dimensions or measures changed. */
export async function rebuildRecordRollups (db: Kysely<Tables>, set: RolledUp): Promise<void> {
  await sql.raw(lastingUpTo(0)).execute(db) // a million records take longer than any request may
  await sql`SELECT version FROM data_set_version WHERE data_set_id = ${set.id} FOR UPDATE`.execute(db)
  await sql`DELETE FROM record_rollup WHERE data_set_id = ${set.id}`.execute(db)
  await addToSums(db, set, sql`
    SELECT data_set_id, 1 AS sign, at, body FROM record WHERE data_set_id = ${set.id}`)
}

/**
 * Adds changes, rows of `(data_set_id, sign, at, body)` of this data set with sign 1 or -1, to the sums: first by all
 * dimensions together, and from what that leaves by each of the sets. `data_set_id` is a column of a table: by it a
 * cluster knows that what is read lies where it is written.
 */
export async function addToSums (db: Kysely<Tables>, set: RolledUp, changes: RawBuilder<unknown>): Promise<void> {
  if (set.dimensions.length === 0) return
  await sql`
    INSERT INTO record_rollup AS t (data_set_id, dimension_set, day, measure, key_hash, records, unsummable, total, key)
    SELECT a.data_set_id, d.dimension_set, a.day, a.measure, md5(k.key::text)::uuid, sum(a.records), sum(a.unsummable),
      sum(a.total), k.key
    FROM (
      SELECT c.data_set_id, coalesce((c.at AT TIME ZONE 'UTC')::date, '-infinity') AS day, m.measure, k.key,
        sum(c.sign) AS records, coalesce(sum(c.sign) FILTER (WHERE m.number IS NULL), 0) AS unsummable,
          coalesce(sum(c.sign * m.number), 0) AS total
      FROM (${changes}) c
      CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(f.name, c.body -> f.name), '{}') AS key
        FROM unnest(${set.dimensions}::text[]) AS f(name) WHERE c.body ? f.name) k
      CROSS JOIN LATERAL (
        SELECT 0 AS measure, 0::numeric AS number
        UNION ALL
        SELECT f.i, CASE WHEN jsonb_typeof(c.body -> f.name) = 'number' THEN (c.body -> f.name)::numeric
          WHEN jsonb_typeof(c.body -> f.name) = 'boolean' THEN (c.body -> f.name)::boolean::int END
        FROM unnest(${set.measures}::text[]) WITH ORDINALITY AS f(name, i) WHERE c.body ? f.name) m
      GROUP BY 1, 2, 3, 4) a
    CROSS JOIN unnest(${dimensionSets(set)}::int[]) AS d(dimension_set)
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_object_agg(f.name, a.key -> f.name), '{}') AS key
      FROM unnest(${set.dimensions}::text[]) WITH ORDINALITY AS f(name, i)
      WHERE d.dimension_set & (1 << (f.i - 1)::int) <> 0 AND a.key ? f.name) k
    GROUP BY 1, 2, 3, 4, k.key
    ORDER BY 2, 3, 4, 5
    ON CONFLICT (data_set_id, dimension_set, measure, day, key_hash) DO UPDATE
    SET records = t.records + excluded.records, unsummable = t.unsummable + excluded.unsummable,
      total = t.total + excluded.total`.execute(db)
}
