import type pg from 'pg'
import { int2Array } from '../../postgres/binary-array.ts'
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

/** The first day of any figure of some measures, and the day after the last; undefined where there is none. */
export async function observedExtent (
  client: Client,
  { authorityId, serviceId, measureIds }: { authorityId: number, serviceId: number, measureIds: readonly number[] }
): Promise<{ start: number, end: number } | undefined> {
  const { rows: [row] } = await client.query<{ start: number | null, end: number | null }>({
    name: 'observed-extent',
    text: `
      SELECT min(start_on) - DATE '1970-01-01' AS start, max(end_on) - DATE '1970-01-01' + 1 AS end FROM observation
      WHERE authority_id = $1::int2 AND service_id = $2::int2 AND measure_id = ANY ($3::int2[])`,
    values: [authorityId, serviceId, int2Array(measureIds, (id) => id)]
  })
  return row?.start == null || row.end === null ? undefined : { start: row.start, end: row.end }
}

/**
 * The services of an authority of which a transaction of this number, or a later one, changed something, or something
 * is pending; 0 among them: all. What is folded counts as a change, so whatever was committed since is there: pending,
 * or folded since.
 */
export async function changedServices (client: Client, authorityId: number, xmin: number): Promise<Set<number>> {
  const { rows } = await client.query<{ id: number }>({
    name: 'changed-services',
    text: `
      SELECT service_id AS id FROM series_state WHERE authority_id = $1::int2 AND ${writtenSince('$2')}
      UNION SELECT service_id FROM rollup_pending WHERE authority_id = $1::int2`,
    values: [authorityId, xmin]
  })
  return new Set(rows.map(({ id }) => id))
}
