import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

/** How often a data set was written to. */
export async function dataSetVersion (db: Kysely<Tables>, dataSetId: number): Promise<number> {
  const row = await db.selectFrom('data_set_version').select('version').where('data_set_id', '=', dataSetId)
    .executeTakeFirst()
  return row?.version ?? 0
}
