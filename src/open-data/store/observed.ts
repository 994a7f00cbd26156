import type pg from 'pg'

/** From when on an authority sent figures of a measure, and for which period the newest is. */
export interface Observed { authorityId: number, serviceId: number, measureId: number, period: number, first: string }

/** Of every authority (or the one that is named), service and measure that has any: by the ends of an index. */
export async function readFirstObserved (
  client: pg.Pool | pg.ClientBase, authorityId: number | null = null
): Promise<Observed[]> {
  const { rows } = await client.query<Observed>(
    `
    SELECT place.authority_id AS "authorityId", place.service_id AS "serviceId", measure.id AS "measureId",
      oldest.period, oldest.start_on AS first
    FROM (
      SELECT DISTINCT authority_id, service_id FROM series_state
      WHERE type = 0 AND service_id <> 0 AND ($1::int2 IS NULL OR authority_id = $1)
    ) AS place
    CROSS JOIN measure
    CROSS JOIN LATERAL (
      SELECT period, start_on FROM observation AS o
      WHERE o.authority_id = place.authority_id AND o.service_id = place.service_id AND o.measure_id = measure.id
      ORDER BY start_on LIMIT 1
    ) AS oldest ORDER BY 1, 2, 3`,
    [authorityId]
  )
  return rows
}
