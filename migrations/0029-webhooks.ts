import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/** When rows come in of each feed, and who is told of what happens (docs/feeds.md). */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What a source sends of an authority's service: kind 1 events, 2 figures.
    CREATE TABLE feed (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      source_id integer NOT NULL,
      kind smallint NOT NULL,
      newest_on date NOT NULL, -- that any row was about
      arrived_on date NOT NULL, -- when rows came last
      rhythm text, -- as learnt; null: nobody knows yet
      allowed_days integer, -- how old the newest day may be; null: any age
      PRIMARY KEY (authority_id, service_id, source_id, kind)
    );
    CREATE TABLE feed_arrival (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      source_id integer NOT NULL,
      kind smallint NOT NULL,
      arrived_on date NOT NULL,
      newest_on date NOT NULL,
      PRIMARY KEY (authority_id, service_id, source_id, kind, arrived_on)
    );
    -- What somebody said of it, which holds before what is learnt.
    CREATE TABLE feed_rhythm (
      authority_id smallint NOT NULL, -- the source's own
      source_id integer NOT NULL,
      service_id smallint NOT NULL,
      rhythm text NOT NULL,
      allowed_days integer,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (authority_id, source_id, service_id)
    );
    -- Receipts come in the order of their time: such an index costs a writer nothing.
    CREATE INDEX receipt_received ON receipt USING brin (received_at) WITH (pages_per_range = 16);
    CREATE INDEX receipt_rejected ON receipt (received_at) WHERE rejected > 0;

    CREATE TABLE webhook (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL UNIQUE,
      url text NOT NULL,
      types text[] NOT NULL,
      authorities smallint[], -- null: of all, the operator's own
      services smallint[], -- null: of all
      enabled boolean NOT NULL,
      secrets jsonb NOT NULL, -- [{secret, until}], the newest first; until null: in force
      failing_since timestamptz, -- null: the last try was taken
      note text, -- why the service stopped it by itself
      dropped integer NOT NULL DEFAULT 0, -- messages for which there was no room
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    );
    CREATE TABLE webhook_message (
      sequence bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      id text NOT NULL, -- the webhook-id of every try
      webhook_id integer NOT NULL REFERENCES webhook ON DELETE CASCADE,
      type text NOT NULL,
      body text NOT NULL, -- as it is signed
      made_at timestamptz NOT NULL,
      tries integer NOT NULL DEFAULT 0,
      next_at timestamptz, -- when to try; while a process tries, when another may; null: it is over
      tried_at timestamptz,
      status integer, -- as the receiver answered last
      error text, -- why it was not taken
      delivered_at timestamptz
    );
    CREATE INDEX webhook_message_due ON webhook_message (webhook_id, next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX webhook_message_of ON webhook_message (webhook_id, sequence);
    -- What was said already, whoever was told: once is enough.
    CREATE TABLE webhook_said (key text PRIMARY KEY, at timestamptz NOT NULL)`.execute(db)
  await protectRows(db)
}
