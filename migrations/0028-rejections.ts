import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/** Rows that were refused, kept to be mended and replayed, and words that were not known (docs/rejections.md). */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE rejection (
      receipt_id bigint NOT NULL,
      received_at timestamptz NOT NULL, -- leaves 30 days after
      replayed_at timestamptz, -- last
      replay_receipt_id bigint, -- of the last replay
      source_id integer NOT NULL,
      row_index integer NOT NULL, -- its place in the batch, from 0
      line integer, -- of a file
      mapping_version integer,
      day date, -- Europe/London, where it is an event that says it
      attempts integer NOT NULL DEFAULT 0, -- replays
      owner_id smallint NOT NULL, -- the source's authority
      kind smallint NOT NULL, -- 1 event, 2 observation
      form smallint NOT NULL, -- of content: 1 a row, 2 the text of a line, 3 cells of a file by column
      state smallint NOT NULL DEFAULT 1, -- 1 open, 2 refused again, 3 replayed
      event_id text COLLATE "C",
      mapping text,
      content text, -- JSON; null: not kept
      errors jsonb NOT NULL,
      PRIMARY KEY (owner_id, source_id, receipt_id, row_index)
    );
    CREATE INDEX rejection_received ON rejection (received_at);

    CREATE TABLE unmapped_word (
      first_seen timestamptz NOT NULL,
      last_seen timestamptz NOT NULL,
      rows_seen bigint NOT NULL, -- with the word; of a batch sent again once more
      receipt_id bigint NOT NULL, -- of the last
      source_id integer NOT NULL,
      owner_id smallint NOT NULL,
      field text NOT NULL, -- channel, ward, attributes.reason
      place text NOT NULL, -- of a ward its authority, of an attribute its service, as they were sent; or empty
      word text NOT NULL,
      PRIMARY KEY (owner_id, source_id, field, place, word)
    );

    -- Receipts of which nothing was stored leave with the rows.
    CREATE INDEX receipt_refused ON receipt (received_at)
      WHERE stored = 0 AND duplicates = 0 AND revised = 0 AND rejected > 0`.execute(db)
  await protectRows(db)
}
