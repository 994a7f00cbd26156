import type pg from 'pg'
import { CHANNEL_DAYS, SERIES, type Series } from './dimensions.ts'
import { dayOfKey } from './schema.ts'

const OF_SERIES = SERIES.map((name) => `${name} = series.${name}`)

/**
 * The first local day with events of every authority (or the one that is named), service and type that has any: by the
 * ends of indexes.
 */
export async function readFirstDays (
  client: pg.Pool | pg.ClientBase, authorityId: number | null = null
): Promise<Array<Series & { first: string }>> {
  const { rows } = await client.query<Series & { first: string }>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, first FROM (
      SELECT series.*, least(
        (SELECT ${dayOfKey('f', 'rollup_int4(f.keys, 0)')} FROM ${CHANNEL_DAYS.folded} AS f
          WHERE ${OF_SERIES.map((one) => `f.${one}`).join(' AND ')} ORDER BY f.month LIMIT 1),
        (SELECT min(p.local_date) FROM rollup_pending_event AS p
          WHERE ${OF_SERIES.map((one) => `p.${one}`).join(' AND ')})
      ) AS first
      FROM (
        SELECT ${SERIES.join(', ')} FROM series_state WHERE type <> 0 AND ($1::int2 IS NULL OR authority_id = $1)
        UNION SELECT ${SERIES.join(', ')} FROM rollup_pending WHERE $1::int2 IS NULL OR authority_id = $1
      ) AS series
    ) AS found WHERE first IS NOT NULL ORDER BY 1, 2, 3`,
    [authorityId]
  )
  return rows
}
