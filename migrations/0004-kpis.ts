import { sql, type Kysely } from 'kysely'

/**
 * Figures for periods, what they measure, and what is worked out from them and from events. `0` stands for "none" in
 * channel_id and ward_id, and for "all" in the authority_id and service_id of settings: parts of keys are never null.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE measure (
      id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      slug text NOT NULL UNIQUE,
      title text NOT NULL,
      unit text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('flow', 'stock')),
      polarity text NOT NULL CHECK (polarity IN ('higher', 'lower', 'none')),
      by_channel boolean NOT NULL, -- a channel's rate needs the channel's own figure
      description text NOT NULL
    );

    CREATE TABLE observation (
      value bigint NOT NULL,
      receipt_id bigint NOT NULL,
      received_at timestamptz NOT NULL,
      source_id integer NOT NULL,
      start_on date NOT NULL, -- both inclusive, Europe/London
      end_on date NOT NULL,
      ward_id integer NOT NULL,
      revision integer NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      measure_id smallint NOT NULL,
      channel_id smallint NOT NULL,
      period smallint NOT NULL,
      provisional boolean NOT NULL,
      revised boolean NOT NULL, -- its value is not the first one sent
      note text NOT NULL,
      PRIMARY KEY (authority_id, service_id, measure_id, start_on, period, channel_id, ward_id)
    );

    -- Every version a figure ever had, the one in force included; a withdrawn figure ends with a row marked so.
    CREATE TABLE observation_version (
      LIKE observation,
      withdrawn boolean NOT NULL,
      PRIMARY KEY (authority_id, service_id, measure_id, start_on, period, channel_id, ward_id, revision)
    );

    -- From which day on events, or figures, say how much there was: one of the two, never both.
    CREATE TABLE authoritative (
      authority_id smallint NOT NULL REFERENCES authority,
      service_id smallint NOT NULL REFERENCES service,
      type smallint NOT NULL,
      from_on date NOT NULL,
      basis text NOT NULL CHECK (basis IN ('events', 'counts')),
      PRIMARY KEY (authority_id, service_id, type, from_on)
    );

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

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP TABLE comparator_group, annotation, unit_cost, kpi_definition, channel_class, authoritative, observation_version,
      observation, measure`.execute(db)
}
