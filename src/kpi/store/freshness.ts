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
    SELECT service_id AS id FROM series_state AS place
    WHERE authority_id = $1 AND type = 0 AND service_id <> 0 AND EXISTS (
      SELECT 1 FROM observation WHERE authority_id = $1 AND service_id = place.service_id)`,
    [authorityId]
  )
  return rows.map(({ id }) => id)
}

/** The first or last observation of a place and measure. */
export interface EndObserved extends ObservedDays { authorityId: number, sourceId: number }

/**
 * The observation that begins last, or first, of every authority (or the one that is named), service and measure that
 * has any: by the ends of an index, in the order of the three.
 */
export async function readEndObserved (
  client: pg.Pool | pg.ClientBase, end: 'first' | 'last', measureIds: readonly number[],
  authorityId: number | null = null
): Promise<EndObserved[]> {
  const { rows } = await client.query<Pick<EndObserved, 'authorityId' | 'serviceId' | 'measureId'> & {
    one: Pick<EndObserved, 'period' | 'startOn' | 'endOn' | 'sourceId'>
  }>(
    `
    SELECT * FROM (
      SELECT place.authority_id AS "authorityId", place.service_id AS "serviceId", measure.id AS "measureId", (
        SELECT jsonb_build_object('period', period, 'startOn', start_on, 'endOn', end_on, 'sourceId', source_id)
        FROM observation AS o
        WHERE o.authority_id = ${authorityId === null ? 'place.authority_id' : '$2'}
          AND o.service_id = place.service_id AND o.measure_id = measure.id
        ORDER BY start_on ${end === 'last' ? 'DESC' : ''} LIMIT 1
      ) AS one
      FROM (
        SELECT DISTINCT authority_id, service_id FROM series_state
        WHERE type = 0 AND service_id <> 0 ${authorityId === null ? '' : 'AND authority_id = $2'}
      ) AS place CROSS JOIN unnest($1::int2[]) AS measure(id)
    ) AS each WHERE one IS NOT NULL ORDER BY 1, 2, 3`,
    [measureIds, ...authorityId === null ? [] : [authorityId]]
  )
  return rows.map(({ one, ...place }) => ({ ...place, ...one }))
}
