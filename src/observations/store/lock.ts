import type pg from 'pg'
import { int2Array } from '../../postgres/binary-array.ts'
import type { ChangedPlace } from '../../rollups/index.ts'

/**
 * Makes all who write observations of these authorities and services wait for one another, until the transaction ends:
 * what is compared with what is stored, under any name of its period, holds until it is written. In one order, so never
 * in a circle.
 */
export async function lockPlaces (client: pg.ClientBase, places: readonly ChangedPlace[]): Promise<void> {
  await client.query({
    name: 'lock-observations',
    text: `
      SELECT count(pg_advisory_xact_lock(authority_id, service_id)) FROM (
        SELECT DISTINCT authority_id::int4, service_id::int4
        FROM unnest($1::int2[], $2::int2[]) AS place(authority_id, service_id) ORDER BY 1, 2
      ) AS sorted`,
    values: [int2Array(places, ({ authorityId }) => authorityId), int2Array(places, ({ serviceId }) => serviceId)]
  })
}
