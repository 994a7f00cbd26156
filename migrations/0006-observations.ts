import { sql, type Kysely } from 'kysely'

/**
 * Observations (figures for periods), what they measure, and from which day on they hold instead of events. `0` stands
 * for "none" in channel_id and ward_id: parts of keys are never null.
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
    )`.execute(db)
}
