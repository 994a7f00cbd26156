import type pg from 'pg'
import type { DateRange } from '../../domain/period.ts'
import { writtenSince } from '../../postgres/epoch.ts'

type Client = pg.Pool | pg.ClientBase

/** The services of an authority that figures were sent for. */
export async function observedServices (client: Client, authorityId: number): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>({
    name: 'observed-services',
    text: 'SELECT DISTINCT service_id AS id FROM observation WHERE authority_id = $1::int2',
    values: [authorityId]
  })
  return rows.map(({ id }) => id)
}

/** Of each measure that figures of a place were sent for, by id: the first day of any, and the day after the last. */
export async function observedExtents (
  client: Client, { authorityId, serviceId }: { authorityId: number, serviceId: number }
): Promise<Map<number, DateRange>> {
  const { rows } = await client.query<DateRange & { id: number }>({
    name: 'observed-extents',
    text: `
      SELECT measure_id AS id, min(start_on) - DATE '1970-01-01' AS start,
        max(end_on) - DATE '1970-01-01' + 1 AS end
      FROM observation WHERE authority_id = $1::int2 AND service_id = $2::int2 GROUP BY measure_id`,
    values: [authorityId, serviceId]
  })
  return new Map(rows.map(({ id, start, end }) => [id, { start, end }]))
}

/**
 * The services of an authority of which a transaction of this number (by server), or a later one, changed something, or
 * something is pending; 0 among them: all. What is folded counts as a change, so whatever was committed since is there:
 * pending, or folded since.
 */
export async function changedServices (
  client: Client, authorityId: number, xmins: Record<string, number>
): Promise<Set<number>> {
  const { rows } = await client.query<{ id: number }>({
    name: 'changed-services',
    text: `
      SELECT service_id AS id FROM series_state WHERE authority_id = $1::int2 AND ${writtenSince('$2')}
      UNION SELECT service_id FROM rollup_pending WHERE authority_id = $1::int2`,
    values: [authorityId, JSON.stringify(xmins)]
  })
  return new Set(rows.map(({ id }) => id))
}
