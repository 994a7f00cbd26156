import { sql } from 'kysely'
import { hasOnly } from './kinds.ts'
import { aggregateOfRecords, summable, within, type SchemalessRelation } from './relation.ts'

/** The records of a schemaless data set, as stored. */
export function schemalessRecords (dataSetId: number): SchemalessRelation {
  const fieldOf = (name: string) => sql`r.body -> ${name}::text`
  return {
    dataSetId,
    scope: { dataSetIds: [dataSetId] },
    from: (range) =>
      sql`(
      SELECT id, at, body, updated_at FROM record WHERE data_set_id = ${dataSetId} AND ${within(sql`at`, range)}) r`,
    at: sql`r.at`,
    id: sql`r.id`,
    updatedAt: sql`r.updated_at`,
    body: sql`r.body`,
    field: fieldOf,
    // The text of a string costs half of what its JSON text does, and says as much where there are but strings.
    key: (name) => {
      const isText = hasOnly(dataSetId, name, 'string', 'null')
      return {
        text: sql`CASE WHEN ${isText} THEN r.body ->> ${name}::text ELSE (${fieldOf(name)})::text END`,
        value: (text) => sql`CASE WHEN ${isText} THEN to_jsonb(${text}) ELSE ${text}::jsonb END`
      }
    },
    count: sql`count(*)`,
    aggregate: (kind, name) =>
      kind === 'sum'
        ? sql`sum(CASE WHEN ${hasOnly(dataSetId, name, 'number')} THEN (${fieldOf(name)})::numeric
            ELSE ${summable(fieldOf(name))} END)`
        : aggregateOfRecords(kind, fieldOf(name))
  }
}
