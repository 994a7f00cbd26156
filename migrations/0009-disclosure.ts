import { sql, type Kysely } from 'kysely'

/** Disclosure rules that differ from the defaults. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE disclosure_rule (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      authority_id smallint REFERENCES authority, -- null: every authority
      service_id smallint REFERENCES service, -- null: every service
      level text NOT NULL CHECK (level IN ('authority', 'ward', 'street')),
      threshold integer CHECK (threshold BETWEEN 2 AND 1000), -- null: nothing is hidden
      finest text NOT NULL CHECK (finest IN ('day', 'week', 'month', 'quarter', 'financial_year')),
      delay_days integer NOT NULL CHECK (delay_days BETWEEN 0 AND 3660),
      round_to integer CHECK (round_to BETWEEN 2 AND 1000),
      updated_at timestamptz NOT NULL,
      UNIQUE NULLS NOT DISTINCT (authority_id, service_id, level)
    )`.execute(db)
}
