import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Local days; `before` is the day after the last. */
export interface Days { from: string, before: string }

export interface EventSum {
  authority_id: number
  service_id: number
  type: number
  channel_id: number
  outcome: number
  count: number
  newest: string
}

/** What happened in some days, for every authority and service. One statement. */
export async function sumEvents (db: Db, { from, before }: Days): Promise<EventSum[]> {
  const { rows } = await sql<EventSum>`
    SELECT authority_id, service_id, type, channel_id, outcome, sum(count) AS count, max(local_date) AS newest
    FROM rollup_channel_day
    WHERE local_date >= ${from}::date AND local_date < ${before}::date AND month >= date_trunc('month',
      ${from}::timestamp)::date AND month < ${before}::date
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(events) > 0`.execute(db)
  return rows
}

export interface RecordSum { data_set_id: number, channel: string, count: number, newest: string }

/** The same of schemaless data sets whose records have a `channel` and a `count`. One statement. */
export async function sumRecords (db: Db, dataSetIds: number[], { from, before }: Days): Promise<RecordSum[]> {
  if (dataSetIds.length === 0) return []
  const { rows } = await sql<RecordSum>`
    SELECT data_set_id, body ->> 'channel' AS channel, round(sum((body -> 'count')::numeric)) AS count,
      (max(at) AT TIME ZONE 'UTC')::date AS newest
    FROM record
    WHERE data_set_id = ANY (${dataSetIds}::int[]) AND at >= ${from}::date AND at < ${before}::date
      AND jsonb_typeof(body -> 'count') = 'number' AND jsonb_typeof(body -> 'channel') = 'string'
    GROUP BY 1, 2`.execute(db)
  return rows
}
