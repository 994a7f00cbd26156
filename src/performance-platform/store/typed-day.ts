import { sql } from 'kysely'
import { daySums } from '../../rollups/index.ts'
import { withoutDays } from './left-out.ts'
import { onLocalDays, recordsWith, type TypedRelation, type TypedSeries } from './relation.ts'

/**
 * Typed transactions as the old platform's senders would have sent them: one record a local day and dimension value.
 */
export function typedDays (series: TypedSeries): TypedRelation {
  const { authorityId, serviceId, type, dimension, leftOut } = series
  const { field, labels } = dimension
  const fields = {
    [field]: sql`to_jsonb(r.value)`, count: sql`to_jsonb(r.count)`, period: sql`'"day"'::jsonb`
  }
  const relation = recordsWith(fields, {
    series,
    scope: { authorityIds: [authorityId] },
    from: (range) =>
      sql`(
      SELECT t.local_date, t.local_date::timestamp AT TIME ZONE 'UTC' AS at, coalesce(l.label, 'unknown') AS value,
        sum8(t.count) AS count
      FROM ${daySums({ authorityIds: [authorityId], serviceId, type, dimension: field })} t
      LEFT JOIN unnest(${[...labels.keys()]}::int[], ${[...labels.values()]}::text[]) AS l(id,
        label) ON l.id = t.id
      WHERE ${onLocalDays(range)} AND ${withoutDays([authorityId], leftOut)}
      GROUP BY 1, 2, 3 HAVING sum8(t.events) > 0) r`,
    id: sql`r.local_date::text || '.' || replace(r.value, ' ', '_')`,
    // What is known to be a text or a number need not go through jsonb, which costs as much as all else.
    key: (name) => name === field ? { text: sql`r.value`, value: (text) => sql`to_jsonb(${text})` } : undefined,
    sums: { count: sql`sum(r.count)` }
  })
  const level = field === 'ward' ? 'ward' : 'authority'
  return { ...relation, wholeOf: { serviceId, authorityIds: [authorityId], level, leftOut } }
}
