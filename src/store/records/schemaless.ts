import { sql } from 'kysely'
import { partOfRecords, within, type RecordRelation } from './relation.ts'

/** The records of a schemaless data set, as stored. */
export function schemalessRecords (dataSetId: number): RecordRelation {
  const fieldOf = (name: string) => sql`r.body -> ${name}::text`
  return {
    from: (range) => sql`(
      SELECT id, at, body, updated_at FROM record WHERE data_set_id = ${dataSetId} AND ${within(sql`at`, range)}) r`,
    at: sql`r.at`,
    id: sql`r.id`,
    updatedAt: sql`r.updated_at`,
    body: sql`r.body`,
    field: fieldOf,
    count: sql`count(*)`,
    part: (kind, name) => partOfRecords(kind, fieldOf(name))
  }
}
