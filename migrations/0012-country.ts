import { sql, type Kysely } from 'kysely'

/**
 * The country in time. Authorities have dates instead of a mark that they are current; a ward may pass from one
 * authority to another; of each row the catalogue keeps whether it was shipped or somebody here said so, which no new
 * shipped file undoes. What is removed stays as a row, so that stored data keep its name.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP INDEX authority_current_slug;
    ALTER TABLE authority DROP COLUMN current,
      ADD COLUMN parent_gss text,
      ADD COLUMN aliases text[] NOT NULL DEFAULT '{}'; -- other slugs and names that it is found by
    CREATE INDEX authority_slug ON authority (slug);

    ALTER TABLE service
      ADD COLUMN status text NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'discontinued')),
      ADD COLUMN scope_note text NOT NULL DEFAULT '',
      ADD COLUMN valid_to date; -- the last day that data may be about; null: live

    ALTER TABLE channel ADD COLUMN valid_to date;

    ALTER TABLE area DROP CONSTRAINT area_code_key,
      ADD COLUMN dates_basis text NOT NULL DEFAULT 'stated'; -- 'stated', or from which yearly lists they were derived
    CREATE UNIQUE INDEX area_code ON area (code, authority_id);`.execute(db)
  for (const table of ['authority', 'service', 'channel', 'area', 'provision']) {
    await sql`
      ALTER TABLE ${sql.table(table)}
        ADD COLUMN origin text NOT NULL DEFAULT 'shipped' CHECK (origin IN ('shipped', 'local')),
        ADD COLUMN changed_at timestamptz, -- by somebody here; null: never
        ADD COLUMN removed_at timestamptz; -- null: it is there`.execute(db)
  }
}
