import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Local days; `before` is the day after the last. */
interface Days { from: string, before: string }

export interface RecordSum { dataSetId: number, channel: string, count: number, newest: string }

/** Who has more of them has no channels, but texts; and each of them is no longer than this. */
const [MOST_CHANNELS, LONGEST_CHANNEL] = [1000, 500]

/**
 * What records with a `channel` and a `count` come to in some days, for each schemaless data set; nothing for one whose
 * records have thousands of channels. One statement.
 */
export async function sumRecords (db: Db, dataSetIds: number[], { from, before }: Days): Promise<RecordSum[]> {
  if (dataSetIds.length === 0) return []
  const { rows } = await sql<RecordSum>`
    SELECT "dataSetId", channel, count, newest FROM (
    SELECT data_set_id AS "dataSetId", body ->> 'channel' AS channel, round(sum((body -> 'count')::numeric)) AS count,
      (max(at) AT TIME ZONE 'UTC')::date AS newest, count(*) OVER (PARTITION BY data_set_id) AS channels
    FROM record
    WHERE data_set_id = ANY (${dataSetIds}::int[]) AND at >= ${from}::date AND at < ${before}::date
      AND jsonb_typeof(body -> 'count') = 'number' AND jsonb_typeof(body -> 'channel') = 'string'
      AND length(body ->> 'channel') <= ${LONGEST_CHANNEL}
    GROUP BY 1, 2) AS sums
    WHERE channels <= ${MOST_CHANNELS}`.execute(db)
  return rows
}
