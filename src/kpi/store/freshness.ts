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

export interface NewestObserved extends Omit<ObservedDays, 'startOn'> { authorityId: number, sourceId: number }

/**
 * The newest observation of every authority (or the one that is named), service and measure that has any: by the ends
 * of an index.
 */
export async function readNewestObserved (
  client: pg.Pool | pg.ClientBase, authorityId: number | null = null
): Promise<NewestObserved[]> {
  const { rows } = await client.query<NewestObserved>(
    `
    SELECT place.authority_id AS "authorityId", place.service_id AS "serviceId", measure.id AS "measureId",
      newest.period, newest.end_on AS "endOn", newest.source_id AS "sourceId"
    FROM (
      SELECT DISTINCT authority_id, service_id FROM series_state
      WHERE type = 0 AND service_id <> 0 AND ($1::int2 IS NULL OR authority_id = $1)
    ) AS place
    CROSS JOIN measure
    CROSS JOIN LATERAL (
      SELECT period, end_on, source_id FROM observation AS o
      WHERE o.authority_id = place.authority_id AND o.service_id = place.service_id AND o.measure_id = measure.id
      ORDER BY start_on DESC LIMIT 1
    ) AS newest`,
    [authorityId]
  )
  return rows
}
