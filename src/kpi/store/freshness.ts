import type pg from 'pg'

/** The days of an observation. */
export interface ObservedDays { serviceId: number, measureId: number, period: number, startOn: string, endOn: string }

/** Days of the observations that end on or after `from`, and of the newest of each service and measure. */
export async function readObservedDays (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceIds, from }: { authorityId: number, serviceIds: readonly number[], from: string }
): Promise<ObservedDays[]> {
  const { rows } = await client.query<ObservedDays>(
    `
    SELECT DISTINCT service_id AS "serviceId", measure_id AS "measureId", period, start_on AS "startOn",
      end_on AS "endOn" FROM observation
    WHERE authority_id = $1 AND service_id = ANY ($2::int2[]) AND end_on >= $3::date
    UNION
    (SELECT DISTINCT ON (service_id, measure_id) service_id, measure_id, period, start_on, end_on FROM observation
    WHERE authority_id = $1 AND service_id = ANY ($2::int2[]) ORDER BY service_id, measure_id, end_on DESC, period)
    ORDER BY 1, 5 DESC, 3`,
    [authorityId, serviceIds, from]
  )
  return rows
}

/** The services that an authority ever sent an observation of. */
export async function readObservedServices (
  client: pg.Pool | pg.ClientBase, authorityId: number
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `
    SELECT service.id FROM service WHERE EXISTS (
      SELECT FROM observation WHERE authority_id = $1 AND service_id = service.id)`,
    [authorityId]
  )
  return rows.map(({ id }) => id)
}
