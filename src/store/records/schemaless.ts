import { sql } from 'kysely'
import { collectRecords, unsummableRecords, within, type RecordRelation } from './relation.ts'

/** The records of a schemaless data set, as stored. */
export function schemalessRecords (dataSetId: number): RecordRelation {
  return {
    from: (range) => sql`(
      SELECT id, at, body, updated_at FROM record WHERE data_set_id = ${dataSetId} AND ${within(sql`at`, range)}) r`,
    at: sql`r.at`,
    id: sql`r.id`,
    updatedAt: sql`r.updated_at`,
    body: sql`r.body`,
    field: (name) => sql`r.body -> ${name}::text`,
    count: sql`count(*)`,
    collect: (method, _name, value) => collectRecords(method, value),
    unsummable: (_name, value) => unsummableRecords(value)
  }
}
