import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/** How long raw rows are kept, up to which day they have left, and what was erased (docs/retention.md). */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE retention_rule (
      authority_id smallint PRIMARY KEY, -- 0: every authority that says nothing itself
      months smallint, -- null: for ever
      inherits boolean NOT NULL DEFAULT false, -- taken back: what is said for all holds; the row tells since when
      updated_at timestamptz NOT NULL
    );

    -- Days before the cut-off are closed: nothing of them is taken, and their raw rows leave.
    CREATE TABLE retention_cut_off (
      authority_id smallint PRIMARY KEY, -- whom the events are about; of receipts, whose source it was
      cut_off date NOT NULL CHECK (date_trunc('month', cut_off::timestamp) = cut_off),
      moved_at timestamptz NOT NULL,
      finished_at timestamptz, -- null: rows of days before it are still there
      events bigint NOT NULL DEFAULT 0, -- removed since it was moved
      versions bigint NOT NULL DEFAULT 0,
      receipts bigint NOT NULL DEFAULT 0
    );
    CREATE FUNCTION retention_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'a cut-off never moves back: the rows before it have left'; END $$;
    CREATE TRIGGER retention_goes_forward BEFORE UPDATE ON retention_cut_off
      FOR EACH ROW WHEN (NEW.cut_off < OLD.cut_off) EXECUTE FUNCTION retention_goes_forward();

    CREATE TABLE erasure (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      authority_id smallint NOT NULL, -- the source's own
      source_id integer NOT NULL,
      ids text[], -- what is asked for, until it is done; null with a period
      asked integer, -- how many ids
      start_on date, -- a period, both inclusive
      end_on date,
      reason text NOT NULL,
      may_be_sent_again boolean NOT NULL,
      keeps_out boolean NOT NULL DEFAULT true, -- whether ids of it are looked for in what the source sends
      asked_by text NOT NULL,
      asked_at timestamptz NOT NULL,
      events bigint NOT NULL DEFAULT 0, -- erased
      versions bigint NOT NULL DEFAULT 0,
      finished_at timestamptz
    );
    CREATE INDEX erasure_source ON erasure (source_id);

    -- By what an event that was erased is known when it is sent again: nothing else is kept of it.
    CREATE TABLE erased_event (
      owner_id smallint NOT NULL,
      source_id integer NOT NULL,
      hash bytea NOT NULL,
      erasure_id bigint NOT NULL,
      PRIMARY KEY (owner_id, source_id, hash, erasure_id)
    );
    CREATE INDEX erased_event_erasure ON erased_event (erasure_id);

    -- For writers that look nothing up: fails where a row is of a closed day, or where a source has erased events.
    -- Volatile, so that it sees what was committed until it is called, which is behind the writer's locks.
    CREATE FUNCTION refuse_unkept (sources integer[], authorities smallint[], days date[], written bigint DEFAULT 0)
      RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
    DECLARE of_source integer;
    BEGIN
      IF EXISTS (
        SELECT FROM unnest(authorities, days) AS sent(authority_id, day)
        JOIN retention_cut_off AS closed ON closed.authority_id = sent.authority_id WHERE sent.day < closed.cut_off
      ) THEN
        RAISE EXCEPTION 'a day before the cut-off' USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_day';
      END IF;
      SELECT source_id INTO of_source FROM erasure WHERE source_id = ANY (sources) AND keeps_out LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'a source of which events were erased'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_event', DETAIL = of_source;
      END IF;
      RETURN true;
    END $$`.execute(db)
  await protectRows(db)
}
