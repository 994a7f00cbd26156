import { sql, type Kysely } from 'kysely'

/**
 * Sources that send no more, dashboards with owners, proposals, and an audit trail that is only ever added to: each
 * line has a number without gaps and the hash of the line before, so that a changed, missing or added one shows.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE source ADD COLUMN removed_at timestamptz; -- null: it sends
    ALTER TABLE dashboard ADD COLUMN authority_id smallint REFERENCES authority; -- whose it is; null: the operator's

    CREATE TABLE proposal (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      kind text NOT NULL CHECK (kind IN ('kpi', 'service', 'measure')),
      key text NOT NULL,
      body jsonb NOT NULL,
      note text NOT NULL,
      state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'agreed', 'refused', 'withdrawn')),
      authority_id smallint REFERENCES authority, -- whose administrators proposed it; null: an operator
      proposed_by text NOT NULL,
      proposed_at timestamptz NOT NULL,
      decided_by text,
      decided_at timestamptz,
      reason text NOT NULL DEFAULT '',
      CHECK ((state = 'proposed') = (decided_at IS NULL))
    );

    ALTER TABLE audit ALTER COLUMN id DROP IDENTITY;
    CREATE INDEX audit_authority ON audit (authority_id, id) WHERE authority_id IS NOT NULL`.execute(db)
  await numberAndChain(db)
  await sql`
    ALTER TABLE audit ALTER COLUMN previous SET NOT NULL, ALTER COLUMN hash SET NOT NULL;

    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
    ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_append_only -- in a session of replication as well`.execute(db)
}

/** Numbers the lines of before, each with the hash of the one before it; see src/catalogue/store/audit.ts. */
async function numberAndChain (db: Kysely<unknown>): Promise<void> {
  await sql`
    DO $$
    DECLARE
      line record;
      number bigint := 0;
      last bytea := decode(repeat('00', 32), 'hex');
    BEGIN
      FOR line IN SELECT id FROM audit ORDER BY id LOOP
        number := number + 1;
        UPDATE audit SET id = number, previous = last, hash = sha256(last || convert_to(jsonb_build_array(
          number, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, action, subject, detail,
          authority_id)::text, 'UTF8'))
        WHERE id = line.id RETURNING hash INTO last;
      END LOOP;
    END $$`.execute(db)
}
