import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import { DEADLINES, lastingUpTo } from '../../postgres/deadlines.ts'
import type { DataSetMapping, Tables } from '../../postgres/tables.ts'
import type { Publication } from '../publication.ts'

type Db = Kysely<Tables>

export interface DataSetSettings extends Publication {
  dataGroup: string
  dataType: string
  name: string
  queryable: boolean
  rawQueriesAllowed: boolean
  realtime: boolean
  autoIds: string[]
  maxAgeExpected: number | null
  schema: Record<string, unknown> | null
  dimensions: string[]
  measures: string[]
  labels: Record<string, string> | null
  authorityId: number | null
  serviceId: number | null
  mapping: DataSetMapping | null
}

/** Creates the data set or replaces its settings; its records stay. Undefined where another one has its name. */
export async function putDataSet (
  db: Db, set: DataSetSettings, at: Date
): Promise<{ id: number, created: boolean } | undefined> {
  const settings = {
    name: set.name,
    published: set.published,
    audience: set.audience,
    publish_at: set.publishAt,
    queryable: set.queryable,
    raw_queries_allowed: set.rawQueriesAllowed,
    realtime: set.realtime,
    auto_ids: set.autoIds,
    max_age_expected: set.maxAgeExpected,
    schema: jsonOrNull(set.schema),
    dimensions: set.dimensions,
    measures: set.measures,
    labels: jsonOrNull(set.labels),
    authority_id: set.authorityId,
    service_id: set.serviceId,
    mapping: jsonOrNull(set.mapping),
    updated_at: at
  }
  const row = await db.insertInto('data_set')
    .values({ data_group: set.dataGroup, data_type: set.dataType, created_at: at, ...settings })
    .onConflict((conflict) => conflict.columns(['data_group', 'data_type']).doUpdateSet(settings))
    .returning(['id', sql<boolean>`xmax = 0`.as('created')]).executeTakeFirstOrThrow().catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.constraint === 'data_set_name_key') return undefined
      throw error
    })
  if (row === undefined) return undefined
  await db.insertInto('data_set_version').values({ data_set_id: row.id, version: 0 }).onConflict((conflict) =>
    conflict.doNothing()
  ).execute()
  return row
}

/** Removes the data set, its records and its tokens. Waits for writers that are at it. */
export async function deleteDataSet (db: Db, id: number): Promise<void> {
  await sql.raw(lastingUpTo(DEADLINES.wholeSetMs)).execute(db)
  await db.deleteFrom('data_set').where('id', '=', id).execute()
  await sql`DELETE FROM record WHERE data_set_id = ${id}`.execute(db)
  await sql`DELETE FROM record_rollup WHERE data_set_id = ${id}`.execute(db)
  // On a cluster no foreign key takes it along.
  await db.deleteFrom('data_set_version').where('data_set_id', '=', id).execute()
}

/** The newest instant among the records of each data set; null where there is none. */
export async function newestRecords (db: Db, ids: number[]): Promise<Map<number, Date | null>> {
  const { rows } = await sql<{ id: number, newest: Date | null }>`
    SELECT v.data_set_id AS id, (SELECT max(r.at) FROM record r WHERE r.data_set_id = v.data_set_id) AS newest
    FROM data_set_version v WHERE v.data_set_id = ANY (${ids}::int[])`.execute(db)
  return new Map(rows.map(({ id, newest }) => [id, newest]))
}

const jsonOrNull = (value: unknown): string | null => value === null ? null : JSON.stringify(value)
