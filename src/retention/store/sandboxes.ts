import type pg from 'pg'
import type { Owner } from '../../intake/owner.ts'

/** The first ids of a source. */
export async function someEventIds (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, limit: number
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM event WHERE owner_id = $1 AND source_id = $2 ORDER BY id LIMIT $3', [ownerId, sourceId, limit]
  )
  return rows.map(({ id }) => id)
}

/** Removes the figures that a source sent of an authority, with what they said before; returns of which services. */
export async function deleteObservationsOf (
  client: pg.ClientBase, sourceId: number, authorityId: number
): Promise<Array<{ authorityId: number, serviceId: number }>> {
  const values = [sourceId, authorityId]
  const theirs = 'source_id = $1::int4 AND authority_id = $2::int2'
  await client.query(
    `
    DELETE FROM observation_replacement WHERE authority_id = $2::int2
      AND receipt_id IN (SELECT receipt_id FROM observation_version WHERE ${theirs})`,
    values
  )
  await client.query(`DELETE FROM observation_version WHERE ${theirs}`, values)
  const { rows } = await client.query<{ authorityId: number, serviceId: number }>(
    `DELETE FROM observation WHERE ${theirs} RETURNING authority_id AS "authorityId", service_id AS "serviceId"`,
    values
  )
  return rows
}

export async function deleteReceiptsOf (client: pg.ClientBase, { ownerId, sourceId }: Owner): Promise<number> {
  const { rowCount } = await client.query(
    'DELETE FROM receipt WHERE owner_id = $1::int2 AND source_id = $2::int4', [ownerId, sourceId]
  )
  return rowCount ?? 0
}
