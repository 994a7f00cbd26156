import { sql, type Kysely } from 'kysely'

/** KPI definitions, and what is set for them. `0` stands for "all" in authority_id and service_id of settings. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE channel_class (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL REFERENCES service,
      channel_id smallint NOT NULL REFERENCES channel,
      from_on date NOT NULL,
      digital_class text NOT NULL,
      reason text NOT NULL,
      PRIMARY KEY (authority_id, service_id, channel_id, from_on)
    );

    CREATE TABLE kpi_definition (
      kpi text NOT NULL,
      version integer NOT NULL,
      effective_from date NOT NULL,
      state text NOT NULL CHECK (state IN ('proposed', 'agreed', 'retired')),
      edition text UNIQUE, -- of a shipped version: so that a start does not add it again
      body jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (kpi, version)
    );

    CREATE TABLE unit_cost (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      kind text NOT NULL CHECK (kind IN ('channel-shift', 'failure-demand')),
      from_on date NOT NULL,
      pence integer NOT NULL,
      source text NOT NULL,
      PRIMARY KEY (authority_id, service_id, kind, from_on)
    );

    CREATE TABLE annotation (
      authority_id smallint NOT NULL REFERENCES authority,
      service_id smallint NOT NULL,
      id text NOT NULL,
      start_on date NOT NULL,
      end_on date,
      note text NOT NULL,
      author text NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (authority_id, id)
    );

    CREATE TABLE comparator_group (
      slug text PRIMARY KEY,
      title text NOT NULL,
      authorities smallint[] NOT NULL
    )`.execute(db)
}
