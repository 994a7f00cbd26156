import { sql, type Kysely } from 'kysely'

/**
 * Data sets of the Performance Platform dialect: their configuration, their schemaless records, and daily sums of the
 * records of those that declare dimensions.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE data_set (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      data_group text NOT NULL,
      data_type text NOT NULL,
      name text NOT NULL UNIQUE, -- its old address, /<name>
      published boolean NOT NULL,
      queryable boolean NOT NULL,
      raw_queries_allowed boolean NOT NULL,
      realtime boolean NOT NULL,
      auto_ids text[] NOT NULL,
      max_age_expected integer, -- seconds; null: never out of date
      schema jsonb, -- JSON Schema, draft 4
      dimensions text[] NOT NULL,
      measures text[] NOT NULL,
      labels jsonb, -- channel -> label; only for a view of typed data, which holds no records
      authority_id smallint REFERENCES authority,
      service_id smallint REFERENCES service,
      mapping jsonb,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      UNIQUE (data_group, data_type)
    );

    -- Raised by every write: writers of one data set take turns at this row, and readers tell by it that nothing changed.
    CREATE TABLE data_set_version (
      data_set_id integer PRIMARY KEY REFERENCES data_set ON DELETE CASCADE,
      version bigint NOT NULL,
      kinds jsonb DEFAULT '{}' -- kinds of values that each field has or had; null: nobody knows any more
    );

    CREATE TABLE record (
      data_set_id integer NOT NULL,
      at timestamptz, -- a record need not have a time
      updated_at timestamptz NOT NULL,
      id text COLLATE "C" NOT NULL,
      body jsonb NOT NULL, -- as sent, without what the other columns hold
      PRIMARY KEY (data_set_id, id)
    );
    CREATE INDEX record_at ON record (data_set_id, at, id);
    -- Grouping is by expressions on these two, which the planner takes to have as many values as there are records; it then
    -- sorts a million of them where a few hundred groups would do, and does not share the work among its workers.
    ALTER TABLE record ALTER COLUMN body SET (n_distinct = 20), ALTER COLUMN at SET (n_distinct = 100);

    -- One row for each day, value (or values) of the dimensions in dimension_set, and measure; measure 0 is the records.
    CREATE TABLE record_rollup (
      data_set_id integer NOT NULL,
      dimension_set integer NOT NULL, -- bit i: the i-th of data_set.dimensions
      day date NOT NULL, -- UTC; -infinity: no time
      measure smallint NOT NULL, -- 1: the first of data_set.measures
      key_hash uuid NOT NULL, -- of key, which may be too long for an index
      records bigint NOT NULL, -- that have the measure
      unsummable bigint NOT NULL, -- of records
      total numeric NOT NULL,
      key jsonb NOT NULL, -- dimension -> value, without those a record lacks
      PRIMARY KEY (data_set_id, dimension_set, measure, day, key_hash)
    ) WITH (fillfactor = 80)`.execute(db)
}
