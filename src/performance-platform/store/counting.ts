import { sql, type Kysely, type Selectable } from 'kysely'
import type { Owner } from '../../intake/owner.ts'
import type { DataSetMapping, Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** How the records of a data set count in the typed series: as events of a source that is the data set's own. */
export interface Counting {
  owner: Owner
  sourceName: string
  authorityId: number
  serviceId: number
  mapping: DataSetMapping
}

/** No name that a source can be given over HTTP, so that nobody else ever writes to it. */
export const sourceNameOf = (group: string, type: string): string => `data-set:${group}/${type}`

type DataSetRow = Selectable<Tables['data_set']>

/** The configuration as it is stored. Read in the transaction that writes the records: it may change. */
export async function readDataSet (db: Db, dataSetId: number): Promise<DataSetRow | undefined> {
  return await db.selectFrom('data_set').selectAll().where('id', '=', dataSetId).executeTakeFirst()
}

/** Undefined where the records count nowhere. */
export async function countingOf (db: Db, set: DataSetRow): Promise<Counting | undefined> {
  if (set.authority_id === null || set.service_id === null || set.mapping === null || set.labels !== null) {
    return undefined
  }
  const sourceName = sourceNameOf(set.data_group, set.data_type)
  const source = await db.selectFrom('source').select('id').where('authority_id', '=', set.authority_id).where(
    'name', '=', sourceName
  ).executeTakeFirst()
  return source && {
    owner: { ownerId: set.authority_id, sourceId: source.id },
    sourceName,
    authorityId: set.authority_id,
    serviceId: set.service_id,
    mapping: set.mapping
  }
}

export async function readCounting (db: Db, dataSetId: number): Promise<Counting | undefined> {
  const set = await readDataSet(db, dataSetId)
  return set && await countingOf(db, set)
}

/** Some stored records in the order of their ids, from behind one of them; time and body as text. */
export async function recordsAfter (
  db: Db, dataSetId: number, id: string, limit: number
): Promise<Array<{ id: string, at: string | null, day: string | null, body: string }>> {
  const { rows } = await sql<{ id: string, at: string | null, day: string | null, body: string }>`
    SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS+00:00') AS at, day::text AS day,
      body::text AS body
    FROM record WHERE data_set_id = ${dataSetId} AND id > ${id} ORDER BY id LIMIT ${limit}`.execute(db)
  return rows
}
