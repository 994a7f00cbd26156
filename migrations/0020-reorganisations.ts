import { sql, type Kysely } from 'kysely'

/**
 * Reorganisations: which authorities gave way to which, on what day. An authority's `replaced_by` has keys: a council
 * that has no GSS code yet can be a successor too.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE reorganisation (
      id text PRIMARY KEY, -- made of the title
      title text NOT NULL,
      on_day date NOT NULL, -- the first day of the new authorities
      order_text text, -- the law that says so
      body jsonb NOT NULL, -- as the operator sent it
      report jsonb NOT NULL, -- what was done
      undo jsonb NOT NULL, -- what was there before
      made_at timestamptz NOT NULL,
      made_by text NOT NULL
    );
    COMMENT ON COLUMN authority.replaced_by IS 'keys'`.execute(db)
}
