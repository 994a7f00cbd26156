import { sql, type Kysely } from 'kysely'

/** When figures, data sets and dashboards are published, and who sees them before. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE publication_rule (
      authority_id smallint NOT NULL REFERENCES authority,
      service_id smallint NOT NULL, -- 0: every service
      from_on date NOT NULL, -- the local days of the figures, both inclusive
      to_on date, -- null: open
      audience text NOT NULL CHECK (audience IN ('authority', 'councils', 'public')),
      publish_at timestamptz, -- everybody from then on; null: until the rule is changed
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (authority_id, service_id, from_on),
      CHECK (to_on >= from_on)
    )`.execute(db)
  for (const table of ['data_set', 'dashboard']) {
    await sql`
      ALTER TABLE ${sql.table(table)}
        ADD COLUMN audience text NOT NULL DEFAULT 'authority' CHECK (audience IN ('authority', 'councils', 'public')),
        ADD COLUMN publish_at timestamptz`.execute(db)
  }
}
