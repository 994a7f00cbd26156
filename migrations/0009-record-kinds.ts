import { sql, type Kysely } from 'kysely'

/** Which kinds of values each data set's fields have; null where nobody knows, as for records stored before this. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE data_set_version ADD COLUMN kinds jsonb;
    ALTER TABLE data_set_version ALTER COLUMN kinds SET DEFAULT '{}';
    UPDATE data_set_version v SET kinds = '{}' WHERE NOT EXISTS (SELECT FROM record r WHERE r.data_set_id = v.data_set_id)`
    .execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE data_set_version DROP COLUMN kinds`.execute(db)
}
