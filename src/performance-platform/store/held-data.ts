import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** An authority and a service that events have come for. */
export interface Holding { authority_id: number, service_id: number }

/**
 * Every authority and service that has events: a row of what is folded has some if its `events` are not all bytes of 0.
 * Steps along its primary key, so that the cost follows the number of them and not the size of the table.
 */
export async function readHoldings (db: Db): Promise<Holding[]> {
  const { rows } = await sql<Holding>`
    WITH RECURSIVE held AS (
      (SELECT authority_id, service_id FROM rollup_channel_day_folded WHERE ltrim(events,
        '\\x00') <> '' ORDER BY authority_id, service_id LIMIT 1)
      UNION ALL
      SELECT next.authority_id, next.service_id FROM held CROSS JOIN LATERAL (
        SELECT authority_id, service_id FROM rollup_channel_day_folded r
        WHERE (r.authority_id, r.service_id) > (held.authority_id, held.service_id) AND ltrim(r.events, '\\x00') <> ''
        ORDER BY r.authority_id, r.service_id LIMIT 1) next
    )
    SELECT authority_id, service_id FROM held UNION SELECT authority_id,
      service_id FROM rollup_pending WHERE type <> 0 ORDER BY 1, 2`
    .execute(db)
  return rows
}

/**
 * Of an authority's events of one type: the newest local day of all, the newest before `today`, and before `monday`.
 */
export interface Newest {
  authority_id: number
  type: number
  day: string
  before_today: string | null
  before_monday: string | null
}

export async function readNewest (
  db: Db,
  { authorityIds, serviceId, today, monday }: {
    authorityIds: number[], serviceId: number, today: string, monday: string
  }
): Promise<Newest[]> {
  const newest = (before: string) => sql`rollup_newest_day(a.id, ${serviceId}::int2, t.type, ${before}::date)`
  const { rows } = await sql<Newest>`
    SELECT * FROM (
      SELECT a.id AS authority_id, t.type, ${newest('infinity')} AS day, ${newest(today)} AS before_today,
        ${newest(monday)} AS before_monday
      FROM unnest(${authorityIds}::int2[]) AS a(id) CROSS JOIN unnest('{1,2,3}'::int2[]) AS t(type)) found
    WHERE day IS NOT NULL ORDER BY authority_id, type`.execute(db)
  return rows
}
