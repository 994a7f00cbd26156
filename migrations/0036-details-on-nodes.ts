import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'
import { detailView } from '../src/rollups/schema.ts'

/** The view of pending details in words that every node of a cluster can run by itself. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql.raw(detailView('CREATE OR REPLACE')).execute(db)
  await protectRows(db) // a view that is replaced loses its options
}
