import type { Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/**
 * Requests see and write only rows of the authorities that they name (docs/adr/0037-row-level-security.md). The owner
 * of the tables sees all of them as before: everything else runs as that, and so do earlier versions of the service.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await protectRows(db)
}
