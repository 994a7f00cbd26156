import type { Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/** The policies of receipts and tokens know the sources of sandboxes, whose ids are negative (docs/adr/0042). */
export async function up (db: Kysely<unknown>): Promise<void> {
  await protectRows(db)
}
