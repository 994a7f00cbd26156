import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/**
 * What those who run an instance read with SQL (docs/sql.md): public figures as the service worked them out, and views
 * over them. A view is read with the rights of its owner, so that its reader needs none to any table.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Who reads the views. Where nobody does, nothing is worked out for them.
    CREATE TABLE open_reader (name text PRIMARY KEY, made_at timestamptz NOT NULL);

    -- What was worked out for an authority and service, of what state, and when. No sandbox has a row in any of these.
    CREATE TABLE open_worked (
      authority_id smallint NOT NULL CHECK (authority_id > 0),
      service_id smallint NOT NULL,
      state text NOT NULL,
      worked_out_at timestamptz NOT NULL,
      PRIMARY KEY (authority_id, service_id)
    );

    -- Counts by period as the public sees them: a calendar year of days, weeks that begin in it, or months.
    CREATE TABLE open_series_row (
      authority_id smallint NOT NULL CHECK (authority_id > 0),
      service_id smallint NOT NULL,
      type text NOT NULL,
      period text NOT NULL CHECK (period IN ('day', 'week', 'month')),
      breakdown text NOT NULL CHECK (breakdown IN ('total', 'channel', 'outcome', 'channel-outcome')),
      from_on date NOT NULL, -- of the first value; the others follow, one for each period
      channel text NOT NULL DEFAULT '', -- empty: not by channel
      outcome text NOT NULL DEFAULT '',
      figures bigint[] NOT NULL,
      statuses text[] NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, period, breakdown, from_on, channel, outcome)
    );

    CREATE TABLE open_kpi_row (
      authority_id smallint NOT NULL CHECK (authority_id > 0),
      service_id smallint NOT NULL,
      kpi text NOT NULL,
      period text NOT NULL CHECK (period IN ('month', 'quarter', 'financial_year')),
      start_on date NOT NULL, -- both inclusive
      end_on date NOT NULL,
      value float8, -- as JSON has numbers, so that both say the same
      unit text,
      numerator float8,
      denominator float8,
      status text NOT NULL,
      reason text,
      coverage float8,
      target_at_least float8,
      target_at_most float8,
      met boolean,
      definition_version integer,
      PRIMARY KEY (authority_id, service_id, kpi, period, start_on)
    );

    -- How often rules of publication and disclosure changed, of an authority or (0) of all. What was worked out by
    -- earlier rules is gone with the commit that changes them; whoever worked something out meanwhile throws it away.
    CREATE TABLE open_rules (authority_id smallint PRIMARY KEY, changes bigint NOT NULL);
    CREATE FUNCTION open_rules_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
    DECLARE of_authority smallint;
    BEGIN
      FOR of_authority IN
        SELECT DISTINCT coalesce(id, 0::smallint)
        FROM unnest(CASE TG_OP
          WHEN 'INSERT' THEN ARRAY[NEW.authority_id]
          WHEN 'DELETE' THEN ARRAY[OLD.authority_id]
          ELSE ARRAY[OLD.authority_id, NEW.authority_id] END) AS changed(id) ORDER BY 1
      LOOP
        INSERT INTO open_rules AS rules (authority_id, changes) VALUES (of_authority, 1)
        ON CONFLICT (authority_id) DO UPDATE SET changes = rules.changes + 1;
        DELETE FROM open_series_row WHERE of_authority IN (0, authority_id);
        DELETE FROM open_kpi_row WHERE of_authority IN (0, authority_id);
        DELETE FROM open_worked WHERE of_authority IN (0, authority_id);
      END LOOP;
      RETURN NULL;
    END $$;
    CREATE TRIGGER open_rules_changed AFTER INSERT OR UPDATE OR DELETE ON publication_rule
      FOR EACH ROW EXECUTE FUNCTION open_rules_changed();
    CREATE TRIGGER open_rules_changed AFTER INSERT OR UPDATE OR DELETE ON disclosure_rule
      FOR EACH ROW EXECUTE FUNCTION open_rules_changed();

    CREATE VIEW open_authority WITH (security_barrier = true) AS
    SELECT slug AS authority, name AS authority_name, short_name, gss AS gss_code, type, tier, nation, region,
      population, valid_from AS start_on, valid_to AS end_on,
      nullif(array_to_string(replaced_by, ' '), '') AS successors,
      nullif(array_to_string(former_gss, ' '), '') AS former_gss_codes, attribution
    FROM authority WHERE id > 0 AND removed_at IS NULL;

    CREATE VIEW open_series WITH (security_barrier = true) AS
    SELECT authority.slug AS authority, authority.name AS authority_name, authority.gss AS gss_code,
      service.slug AS service, series.type, series.period, day.start_on,
      CASE series.period WHEN 'day' THEN day.start_on WHEN 'week' THEN day.start_on + 6
        ELSE (day.start_on + interval '1 month')::date - 1 END AS end_on,
      series.breakdown, nullif(series.channel, '') AS channel, nullif(series.outcome, '') AS outcome,
      one.value, one.status, worked.worked_out_at
    FROM open_series_row AS series
    JOIN open_worked AS worked USING (authority_id, service_id)
    JOIN authority ON authority.id = series.authority_id AND authority.removed_at IS NULL
    JOIN service ON service.id = series.service_id AND service.removed_at IS NULL
    CROSS JOIN LATERAL unnest(series.figures, series.statuses) WITH ORDINALITY AS one(value, status, n)
    CROSS JOIN LATERAL (SELECT CASE series.period WHEN 'day' THEN series.from_on + (n::int4 - 1)
      WHEN 'week' THEN series.from_on + 7 * (n::int4 - 1)
      ELSE (series.from_on + make_interval(months => n::int4 - 1))::date END AS start_on) AS day
    WHERE series.authority_id > 0;

    CREATE VIEW open_kpi WITH (security_barrier = true) AS
    SELECT authority.slug AS authority, authority.name AS authority_name, authority.gss AS gss_code,
      service.slug AS service, row.kpi, row.period, row.start_on, row.end_on, row.value, row.unit, row.numerator,
      row.denominator, row.status, row.reason, row.coverage, row.target_at_least, row.target_at_most, row.met,
      row.definition_version, worked.worked_out_at
    FROM open_kpi_row AS row
    JOIN open_worked AS worked USING (authority_id, service_id)
    JOIN authority ON authority.id = row.authority_id AND authority.removed_at IS NULL
    JOIN service ON service.id = row.service_id AND service.removed_at IS NULL
    WHERE row.authority_id > 0`.execute(db)
  await protectRows(db)
}
