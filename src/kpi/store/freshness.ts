import type pg from 'pg'

/** The events of one service: the newest day, and on how many days of the window there were any. */
export interface EventFreshness { serviceId: number, newest: string, days: number }
/** A figure that touches the window, or the newest of its service. */
export interface FigureSpan { serviceId: number, measureId: number, period: number, startOn: string, endOn: string }

/** Looks up the ends of indexes, so that it costs the same however many events there are. */
export async function readEventFreshness (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceIds, from, to }: {
    authorityId: number, serviceIds: readonly number[], from: string, to: string
  }
): Promise<EventFreshness[]> {
  const { rows } = await client.query<EventFreshness>(
    `
    SELECT service.id AS "serviceId", newest.day AS newest, recent.days
    FROM unnest($2::int2[]) AS service(id)
    CROSS JOIN LATERAL (
      SELECT max(rollup_newest_day($1::int2, service.id, type.code,
        'infinity')) AS day FROM unnest('{1,2,3}'::int2[]) AS type(code)
    ) AS newest
    CROSS JOIN LATERAL (
      SELECT count(DISTINCT local_date) AS days FROM rollup_channel_day AS r
      WHERE r.authority_id = $1 AND r.service_id = service.id AND r.type IN (1, 2, 3) AND r.events > 0
        AND r.local_date >= $3::date AND r.local_date < $4::date AND r.month >= date_trunc('month',
          $3::date::timestamp)::date AND r.month < $4::date
    ) AS recent
    WHERE newest.day IS NOT NULL`,
    [authorityId, serviceIds, from, to]
  )
  return rows
}

/** Figures that end in or after the window, and the newest figure of each service and measure. */
export async function readFigureSpans (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceIds, from }: { authorityId: number, serviceIds: readonly number[], from: string }
): Promise<FigureSpan[]> {
  const { rows } = await client.query<FigureSpan>(
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
