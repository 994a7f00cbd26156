import { sql, type Kysely } from 'kysely'

/**
 * Targets and statistical neighbours; the attributes of events as data; who set a disclosure rule. `0` stands for "all"
 * in authority_id and service_id of settings.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE target (
      kpi text NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      from_on date NOT NULL,
      at_least double precision,
      at_most double precision,
      source text NOT NULL,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (kpi, authority_id, service_id, from_on),
      CHECK (at_least IS NOT NULL OR at_most IS NOT NULL)
    );

    CREATE TABLE neighbour_model (
      one boolean PRIMARY KEY DEFAULT true CHECK (one), -- one model at a time
      title text NOT NULL,
      source text NOT NULL,
      published_on date,
      loaded_at timestamptz NOT NULL
    );

    CREATE TABLE neighbour (
      authority_id smallint NOT NULL REFERENCES authority,
      neighbour_id smallint NOT NULL REFERENCES authority,
      rank smallint NOT NULL, -- 1 is the nearest
      PRIMARY KEY (authority_id, rank),
      UNIQUE (authority_id, neighbour_id)
    );

    CREATE TABLE attribute (
      service_id smallint NOT NULL,
      name text NOT NULL,
      title text NOT NULL,
      type text NOT NULL CHECK (type IN ('words', 'boolean', 'integer')),
      words text[] NOT NULL DEFAULT '{}',
      ended text[] NOT NULL DEFAULT '{}', -- words that stored events may hold and new ones may not
      minimum integer,
      maximum integer,
      origin text NOT NULL DEFAULT 'shipped' CHECK (origin IN ('shipped', 'local')),
      changed_at timestamptz,
      removed_at timestamptz,
      PRIMARY KEY (service_id, name)
    );

    ALTER TABLE measure
      ADD COLUMN origin text NOT NULL DEFAULT 'shipped' CHECK (origin IN ('shipped', 'local')),
      ADD COLUMN changed_at timestamptz, -- by somebody here; null: never
      ADD COLUMN removed_at timestamptz; -- null: it is there

    -- An authority's administrator may only be stricter than the operator, so both rules stay.
    ALTER TABLE disclosure_rule
      ADD COLUMN set_by text NOT NULL DEFAULT 'operator' CHECK (set_by IN ('operator', 'administrator')),
      DROP CONSTRAINT disclosure_rule_authority_id_service_id_level_key,
      ADD CONSTRAINT disclosure_rule_address UNIQUE NULLS NOT DISTINCT (authority_id, service_id, level, set_by),
      ADD CHECK (set_by = 'operator' OR authority_id IS NOT NULL)`.execute(db)
}
