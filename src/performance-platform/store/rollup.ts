import { sql, type RawBuilder } from 'kysely'
import { within, type Aggregate, type SchemalessRelation } from './relation.ts'
import type { RolledUp } from './rollup-change.ts'

/**
 * The daily sums of a data set's records, by one set of its dimensions. It has no single records: only groups can be
 * read from it, of whole days, with sums, counts and means of measures, and counts and sets of dimensions.
 */
export function rolledUpRecords (set: RolledUp, dimensionSet: number, collected: string[]): SchemalessRelation {
  const measureOf = (name: string): number => set.dimensions.includes(name) ? 0 : set.measures.indexOf(name) + 1
  const measures = [...new Set([0, ...collected.map(measureOf)])]
  const nowhere = sql`NULL`
  return {
    dataSetId: set.id,
    scope: { dataSetIds: [set.id] },
    from: (range) =>
      sql`(
      SELECT t.day::timestamp AT TIME ZONE 'UTC' AS at, t.key, t.measure, t.records, t.unsummable, t.total
      FROM record_rollup t
      WHERE t.data_set_id = ${set.id} AND t.dimension_set = ${dimensionSet}
        AND t.measure = ANY (${measures}::smallint[]) AND ${within(sql`t.day`, range)} AND t.records > 0) r`,
    at: sql`r.at`,
    id: nowhere,
    updatedAt: nowhere,
    body: nowhere,
    field: (name) => sql`r.key -> ${name}::text`,
    count: sql`coalesce(sum(r.records) FILTER (WHERE r.measure = 0), 0)::bigint`,
    aggregate: (kind, name) => aggregateOfSums(kind, measureOf(name), sql`r.key -> ${name}::text`)
  }
}

// A dimension's own rows are those of measure 0: they say only which values there are, and in how many records.
function aggregateOfSums (kind: Aggregate, measure: number, value: RawBuilder<unknown>): RawBuilder<unknown> {
  const named = measure === 0 ? sql` AND ${value} IS NOT NULL` : sql``
  const rows = sql`FILTER (WHERE r.measure = ${sql.lit(measure)}${named})`
  switch (kind) {
    case 'count':
      return sql`coalesce(sum(r.records) ${rows}, 0)`
    case 'sum':
      return sql`sum(CASE WHEN r.unsummable > 0 THEN 'NaN' ELSE r.total END) ${rows}`
    case 'set':
      return sql`jsonb_agg(DISTINCT ${value}) ${rows}`
  }
}
