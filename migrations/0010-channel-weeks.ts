import { sql, type Kysely } from 'kysely'

/**
 * The rollup that the commonest question is answered from, one authority's weeks by channel: a row for each cell of the
 * answer. And a sum of bigint that stays bigint: the built-in one is numeric, which readers pay for with every row.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE AGGREGATE sum8 (bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE); -- throws beyond 2^63

    CREATE TABLE rollup_channel_week (
      events bigint NOT NULL,
      count bigint NOT NULL,
      avoidable bigint NOT NULL,
      week date NOT NULL, -- its Monday
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      channel_id smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, week, channel_id, outcome)
    ) WITH (fillfactor = 70);
    INSERT INTO rollup_channel_week (events, count, avoidable, week, authority_id, service_id, type, channel_id, outcome)
      SELECT sum8(events), sum8(count), sum8(avoidable), date_trunc('week', local_date)::date, authority_id, service_id, type, channel_id, outcome
      FROM rollup_channel_day GROUP BY 4, 5, 6, 7, 8, 9`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE rollup_channel_week; DROP AGGREGATE sum8 (bigint)`.execute(db)
}
