import { sql, type Kysely } from 'kysely'

/** Authorities, services, channels, areas, provision, and which edition of the shipped data is loaded. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE authority (
      id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      key text NOT NULL UNIQUE, -- GSS code, or the slug of a body that has none; the loader's key
      slug text NOT NULL,
      gss text UNIQUE,
      name text NOT NULL,
      short_name text NOT NULL,
      type text NOT NULL,
      tier text,
      combined_authority_gss text,
      nation text NOT NULL,
      region text,
      population integer,
      valid_from date,
      valid_to date,
      replaced_by text[] NOT NULL DEFAULT '{}', -- GSS codes
      former_gss text[] NOT NULL DEFAULT '{}',
      covers text[] NOT NULL DEFAULT '{}', -- GSS codes of the authorities a combined authority or transport body serves
      current boolean NOT NULL,
      attribution text NOT NULL
    );
    CREATE UNIQUE INDEX authority_current_slug ON authority (slug) WHERE current;

    CREATE TABLE service (
      id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      slug text NOT NULL UNIQUE,
      title text NOT NULL,
      lgsl integer NOT NULL,
      lgil integer,
      lgsl_label text NOT NULL,
      lgil_label text,
      kind text NOT NULL,
      providing_tier text,
      core boolean NOT NULL,
      denominator text,
      uri text NOT NULL,
      evidence text NOT NULL
    );

    CREATE TABLE channel (
      id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      slug text NOT NULL UNIQUE,
      label text NOT NULL,
      digital_class text NOT NULL,
      performance_platform_key text,
      aliases text[] NOT NULL,
      note text NOT NULL
    );

    CREATE TABLE area (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      authority_id smallint NOT NULL REFERENCES authority,
      kind text NOT NULL DEFAULT 'ward',
      code text NOT NULL UNIQUE, -- GSS code, or one of ours until the real one is known
      provisional_code boolean NOT NULL,
      slug text NOT NULL,
      name text NOT NULL,
      valid_from date, -- both inclusive; null: open
      valid_to date,
      note text NOT NULL DEFAULT ''
    );
    CREATE INDEX area_authority ON area (authority_id);

    -- Only what differs from the service's providing tier.
    CREATE TABLE provision (
      authority_id smallint NOT NULL REFERENCES authority,
      service_id smallint NOT NULL REFERENCES service,
      delivers text NOT NULL CHECK (delivers IN ('yes', 'no', 'via-other-body')),
      provider_id smallint REFERENCES authority,
      basis text NOT NULL,
      PRIMARY KEY (authority_id, service_id)
    );

    -- Which edition of the shipped data was loaded last, so that a start need not load it again.
    CREATE TABLE catalogue_edition (
      digest text PRIMARY KEY,
      loaded_at timestamptz NOT NULL
    )`.execute(db)
}
