import { sql, type Kysely } from 'kysely'

/**
 * Days of a series of which an event was corrected or voided after it had been accepted: values of these days are
 * `revised`. Written with the correction; what is stored of earlier corrections tells their days. And the replacements
 * of a period's observations, by which a late retry of one is known.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE revised_day (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      local_date date NOT NULL, -- Europe/London
      PRIMARY KEY (authority_id, service_id, type, local_date)
    );
    CREATE TABLE observation_replacement (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      measure_id smallint NOT NULL,
      start_on date NOT NULL,
      period smallint NOT NULL,
      content bytea NOT NULL, -- SHA-256 of the observations and revisions that were sent
      receipt_id bigint NOT NULL,
      PRIMARY KEY (authority_id, service_id, measure_id, start_on, period, content)
    );
    INSERT INTO revised_day (authority_id, service_id, type, local_date)
    SELECT authority_id, service_id, type, local_date FROM event_history
    UNION
    SELECT event.authority_id, event.service_id, event.type, event.local_date
    FROM (SELECT DISTINCT owner_id, source_id, id FROM event_history) AS corrected
    JOIN event USING (owner_id, source_id, id)
    UNION
    SELECT authority_id, service_id, type, local_date FROM event WHERE voided_at IS NOT NULL`.execute(db)
}
