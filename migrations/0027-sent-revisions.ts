import { sql, type Kysely } from 'kysely'
import { lockTables } from '../src/postgres/row-level-security.ts'

/**
 * Revisions of any size, kept beside `revision`, which rises by itself where they do not fit it (adr/0044); and what a
 * receipt counts where a batch says how its repeats are meant. The index lists a source's receipts.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await lockTables(db, ['event', 'event_history', 'observation', 'observation_version', 'receipt'])
  await sql`
    ALTER TABLE event ADD COLUMN sent_revision bigint; -- null: revision is what was sent
    ALTER TABLE event_history ADD COLUMN sent_revision bigint;
    ALTER TABLE observation ADD COLUMN sent_revision bigint;
    ALTER TABLE observation_version ADD COLUMN sent_revision bigint;
    ALTER TABLE receipt
      ADD COLUMN older integer, -- rows passed over for newer ones; null: nobody asked for that
      ADD COLUMN voided integer; -- events or figures withdrawn with the batch; null: the same
    CREATE INDEX receipt_source ON receipt (source_id, id)`.execute(db)
}
