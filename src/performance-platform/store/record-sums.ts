import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Local days; `before` is the day after the last. */
interface Days { from: string, before: string }

export interface RecordSum { dataSetId: number, channel: string, count: number, newest: string }

/** What records with a `channel` and a `count` come to in some days, for each schemaless data set. One statement. */
export async function sumRecords (db: Db, dataSetIds: number[], { from, before }: Days): Promise<RecordSum[]> {
  if (dataSetIds.length === 0) return []
  const { rows } = await sql<RecordSum>`
    SELECT data_set_id AS "dataSetId", body ->> 'channel' AS channel, round(sum((body -> 'count')::numeric)) AS count,
      (max(at) AT TIME ZONE 'UTC')::date AS newest
    FROM record
    WHERE data_set_id = ANY (${dataSetIds}::int[]) AND at >= ${from}::date AND at < ${before}::date
      AND jsonb_typeof(body -> 'count') = 'number' AND jsonb_typeof(body -> 'channel') = 'string'
    GROUP BY 1, 2`.execute(db)
  return rows
}
