import { sql, type Kysely } from 'kysely'

/** What of wards and streets has been published, and the installation's key by which suppression is drawn. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE release_key (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      key text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
    );
    INSERT INTO release_key DEFAULT VALUES;

    CREATE TABLE release (
      authority_id smallint NOT NULL REFERENCES authority,
      service_id smallint NOT NULL REFERENCES service,
      type smallint NOT NULL,
      id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
      kind text NOT NULL CHECK (kind IN ('regular', 'revision')),
      made_at timestamptz NOT NULL,
      made_by text NOT NULL,
      up_to date NOT NULL, -- the first day that it does not cover
      cells integer NOT NULL, -- figures decided about
      suppressed integer NOT NULL,
      audited integer NOT NULL, -- suppressed small counts whose range was looked at
      narrowest double precision, -- the narrowest range of one of them
      seconds double precision NOT NULL,
      not_published text[] NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, id)
    );

    -- One row for each financial year that a release covers any of.
    CREATE TABLE released_year (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      year_on date NOT NULL,
      release_id bigint NOT NULL, -- the last one that changed it
      changes integer NOT NULL DEFAULT 0, -- grows with every change of the row
      shape json NOT NULL, -- what readers need to know: dates, groups, reported days, figures
      counted json NOT NULL, -- the counts as they were when they were first covered; not public
      PRIMARY KEY (authority_id, service_id, type, year_on)
    );

    -- Counts since 1 April (breakdowns: since the first day of the quarter) up to before a day.
    CREATE TABLE released_count (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      year_on date NOT NULL,
      ward_id integer NOT NULL, -- 0: not known
      street bigint NOT NULL, -- -1: of the whole ward
      figure smallint NOT NULL, -- see src/releases/figures.ts
      on_day date NOT NULL,
      release_id bigint NOT NULL,
      count bigint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, year_on, street, ward_id, figure, on_day, release_id)
    );
    CREATE FUNCTION released_count_stays() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'what was released is never changed: make a revision release'; END $$;
    CREATE TRIGGER released_count_stays BEFORE UPDATE ON released_count
      FOR EACH ROW EXECUTE FUNCTION released_count_stays();
  `.execute(db)
}
