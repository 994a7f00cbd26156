import type pg from 'pg'
import { CHANNEL_DAYS, SERIES, type Series } from './dimensions.ts'
import { dayOfKey } from './schema.ts'
import { same } from './sql.ts'

/**
 * The first local day with events of every authority (or the one that is named), service and type that has any: by the
 * ends of indexes.
 */
export async function readFirstDays (
  client: pg.Pool | pg.ClientBase, authorityId: number | null = null
): Promise<Array<Series & { first: string }>> {
  const ofOne = authorityId === null ? '' : 'AND authority_id = $1::int2'
  const { rows } = await client.query<Series & { first: string }>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, min(day) AS first FROM (
      SELECT ${SERIES.join(', ')}, (
        SELECT ${dayOfKey('f', 'rollup_int4(f.keys, 0)')} FROM ${CHANNEL_DAYS.folded} AS f
        WHERE ${same('f', 'series', SERIES)} ORDER BY f.month LIMIT 1) AS day
      FROM series_state AS series WHERE type <> 0 ${ofOne}
      UNION ALL
      SELECT ${SERIES.join(', ')}, local_date FROM rollup_pending_event WHERE true ${ofOne}
    ) AS half WHERE day IS NOT NULL GROUP BY ${SERIES.join(', ')} ORDER BY 1, 2, 3`,
    authorityId === null ? [] : [authorityId]
  )
  return rows
}
