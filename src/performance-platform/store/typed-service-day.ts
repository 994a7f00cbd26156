import { sql, type RawBuilder } from 'kysely'
import type { WithheldDays } from '../../disclosure/withheld.ts'
import { daySums } from '../../rollups/index.ts'
import { withoutDays } from './left-out.ts'
import { onLocalDays, aggregateOfRecords, type TypedRelation } from './relation.ts'

export interface TypedService {
  serviceId: number
  type: number
  authorities: Map<number, { slug: string, name: string }>
  /** id -> the value that records show. */
  channels: Map<number, string>
  /** The days of an authority that it does not have. */
  leftOut: WithheldDays
}

const LACKING = sql`NULL::jsonb`

/** One service of many authorities, side by side: one record a local day, authority and channel. */
export function typedServiceDays ({ serviceId, type, authorities, channels, leftOut }: TypedService): TypedRelation {
  const ids = [...authorities.keys()]
  // As jsonb: a cluster misreads columns of one unnest() of several arrays.
  const named = [...authorities].map(([id, { slug, name }]) => ({ id, slug, name }))
  const labels = [...channels].map(([id, label]) => ({ id, label }))
  const fields: Record<string, RawBuilder<unknown>> = {
    authority: sql`to_jsonb(r.authority)`,
    authority_name: sql`to_jsonb(r.authority_name)`,
    channel: sql`to_jsonb(r.channel)`,
    count: sql`to_jsonb(r.count)`,
    period: sql`'"day"'::jsonb`
  }
  const fieldOf = (name: string) => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  return {
    wholeOf: { serviceId, authorityIds: ids, level: 'authority', leftOut },
    scope: { authorityIds: ids },
    from: (range) =>
      sql`(
      SELECT t.local_date, t.local_date::timestamp AT TIME ZONE 'UTC' AS at, a.slug AS authority,
        a.name AS authority_name,
        coalesce(c.label, 'unknown') AS channel, sum(t.count)::bigint AS count
      FROM jsonb_to_recordset(${JSON.stringify(named)}::jsonb) AS a(id int2, slug text, name text)
      JOIN ${daySums({ authorityIds: ids, serviceId, type, dimension: 'channel' })} t
        ON t.authority_id = a.id AND ${onLocalDays(range)} AND ${withoutDays(ids, leftOut)}
      LEFT JOIN jsonb_to_recordset(${JSON.stringify(labels)}::jsonb) AS c(id int4, label text) ON c.id = t.id
      GROUP BY t.authority_id, 1, 2, 3, 4, 5 HAVING sum(t.events) > 0) r`,
    at: sql`r.at`,
    id: sql`r.local_date::text || '.' || r.authority || '.' || replace(r.channel, ' ', '_')`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object('authority', r.authority, 'authority_name', r.authority_name, 'channel', r.channel,
      'count', r.count, 'period', 'day')`,
    field: fieldOf,
    count: sql`count(*)`,
    aggregate: (kind, name) => aggregateOfRecords(kind, fieldOf(name))
  }
}
