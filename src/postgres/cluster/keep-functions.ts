import { sql, type Kysely } from 'kysely'
import { lockMigrations } from '../migration-lock.ts'
import { clusterFunctions, singleServerFunctions } from './functions.ts'
import { clusterState } from './state.ts'

/**
 * Whether the functions that differ between one server and a cluster are those of what this is: a dump takes them along
 * to a database of the other kind, where those of a cluster would narrow nothing.
 */
export async function doFunctionsFit<T> (db: Kysely<T>): Promise<boolean> {
  const { rows: [found] } = await sql<{ areOfCluster: boolean }>`
    SELECT prosrc LIKE '%citus%' AS "areOfCluster" FROM pg_proc
    WHERE proname = 'narrow_to' AND pronamespace = current_schema()::regnamespace`.execute(db)
  return found?.areOfCluster === ((await clusterState(db)).kind === 'distributed')
}

/** Makes those that fit. */
export async function keepFunctions<T> (db: Kysely<T>): Promise<void> {
  if (await doFunctionsFit(db)) return
  await db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    const { kind } = await clusterState(trx)
    await sql.raw(kind === 'distributed' ? clusterFunctions() : singleServerFunctions()).execute(trx)
  })
}
