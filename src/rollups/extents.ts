import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { int2Array } from '../postgres/binary-array.ts'
import { CHANNEL_DAYS, WARD_DAYS, type Series } from './dimensions.ts'
import { dayOfKey } from './schema.ts'

type Client = pg.Pool | pg.ClientBase

const MANY = `authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2)
          AND type = (SELECT $3::int2)`

/**
 * The first local day on which any of the authorities has events, and the day after the last; undefined where none has
 * any.
 */
export async function readExtent (
  client: Client,
  { authorityIds, serviceId, type }: { authorityIds: readonly number[], serviceId: number, type: number }
): Promise<{ start: number, end: number } | undefined> {
  const { rows: [row] } = await client.query<{ start: number | null, end: number | null }>({
    name: 'events-extent',
    text: `
      SELECT min(first) - DATE '1970-01-01' AS start, max(last) - DATE '1970-01-01' + 1 AS end FROM (
        SELECT min(${dayOfKey('f', 'rollup_int4(f.keys, 0)')}) AS first,
          max(${dayOfKey('f', 'rollup_int4(f.keys, length(f.keys) - 4)')}) AS last
        FROM ${CHANNEL_DAYS.folded} AS f WHERE ${MANY}
        UNION ALL
        SELECT min(local_date), max(local_date) FROM rollup_pending_event WHERE ${MANY}
      ) AS half`,
    values: [int2Array(authorityIds, (id) => id), serviceId, type]
  })
  return row?.start == null || row.end === null ? undefined : { start: row.start, end: row.end }
}

/** The series that have events with a ward. */
export async function readSeriesWithWards (client: Client): Promise<Series[]> {
  const { rows } = await client.query<Series>(`
    SELECT DISTINCT authority_id AS "authorityId", service_id AS "serviceId", type FROM (
      SELECT authority_id, service_id, type FROM ${WARD_DAYS.folded} WHERE ward_id <> 0
      UNION ALL
      SELECT authority_id, service_id, type FROM rollup_pending_event WHERE ward_id <> 0
    ) AS half ORDER BY 1, 2, 3`)
  return rows
}

/** The newest day with events of one service, and on how many days of a range there were any. */
export interface ReportedDays { serviceId: number, newest: string, days: number }

/** Of each service that has any events of the authority; `days` from `from` to before `to`. */
export async function readReportedDays (
  client: Client,
  { authorityId, serviceIds, from, to }: {
    authorityId: number, serviceIds: readonly number[], from: string, to: string
  }
): Promise<ReportedDays[]> {
  const { rows } = await client.query<ReportedDays>(
    `
    SELECT service.id AS "serviceId", newest.day AS newest, recent.days
    FROM unnest($2::int2[]) AS service(id)
    CROSS JOIN LATERAL (
      SELECT max(rollup_newest_day($1::int2, service.id, type.code, 'infinity')) AS day
      FROM unnest('{1,2,3}'::int2[]) AS type(code)
    ) AS newest
    CROSS JOIN LATERAL (
      SELECT count(DISTINCT local_date) AS days FROM ${CHANNEL_DAYS.view} AS r
      WHERE r.authority_id = $1::int2 AND r.service_id = service.id AND r.type IN (1, 2, 3)
        AND r.local_date >= $3::date AND r.local_date < $4::date
        AND r.month >= date_trunc('month', $3::date::timestamp)::date AND r.month < $4::date
    ) AS recent
    WHERE newest.day IS NOT NULL`,
    [authorityId, serviceIds, from, to]
  )
  return rows
}

export interface NewestDay { authorityId: number, serviceId: number, type: number, newest: Array<string | null> }

/**
 * The newest local day with events of each authority, service and type that has any, and the newest before each of some
 * days. Looks up the ends of indexes: it costs the same however many events there are.
 */
export async function readNewestDays (
  client: Client,
  { authorityIds, serviceIds, before = [] }: {
    authorityIds: readonly number[], serviceIds: readonly number[], before?: readonly string[]
  }
): Promise<NewestDay[]> {
  const { rows } = await client.query<NewestDay>(
    `
    SELECT * FROM (
      SELECT authority.id AS "authorityId", service.id AS "serviceId", type.code AS type, ARRAY(
        SELECT rollup_newest_day(authority.id, service.id, type.code, before.day)::text
        FROM unnest($3::date[]) WITH ORDINALITY AS before(day, n) ORDER BY n
      ) AS newest
      FROM unnest($1::int2[]) AS authority(id) CROSS JOIN unnest($2::int2[]) AS service(id)
        CROSS JOIN unnest('{1,2,3}'::int2[]) AS type(code)
    ) AS found
    WHERE newest[1] IS NOT NULL ORDER BY 1, 2, 3`,
    [authorityIds, serviceIds, ['infinity', ...before]]
  )
  return rows
}

/**
 * The newest local day with events of every authority (or the one that is named) and service that has any: by the
 * ends of indexes.
 */
export async function readNewestOfAll (
  client: Client, authorityId: number | null = null
): Promise<Array<Holding & { newest: string }>> {
  const { rows } = await client.query<Holding & { newest: string }>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", max(newest) AS newest FROM (
      SELECT authority_id, service_id, rollup_newest_day(authority_id, service_id, type, 'infinity') AS newest
      FROM (
        SELECT authority_id, service_id, type FROM series_state
        WHERE type <> 0 AND ($1::int2 IS NULL OR authority_id = $1)
        UNION SELECT authority_id, service_id, type FROM rollup_pending WHERE $1::int2 IS NULL OR authority_id = $1
      ) AS series
    ) AS found WHERE newest IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
    [authorityId]
  )
  return rows
}

/** The last local days with events of some authorities and services, in order: `count` days up to the newest. */
export async function readDaysBefore (
  client: Client, places: ReadonlyArray<{ authorityId: number, serviceId: number, newest: number }>, count: number
): Promise<number[][]> {
  if (places.length === 0) return []
  const { rows } = await client.query<{ days: number[] }>(
    `
    SELECT ARRAY(
      SELECT DISTINCT r.local_date - DATE '1970-01-01' FROM ${CHANNEL_DAYS.view} AS r
      WHERE r.authority_id = place.authority_id AND r.service_id = place.service_id AND r.type IN (1, 2, 3)
        AND r.local_date > place.newest - $4::int4 AND r.local_date <= place.newest
        AND r.month >= date_trunc('month', (place.newest - $4::int4)::timestamp)::date AND r.month <= place.newest
      ORDER BY 1
    ) AS days
    FROM unnest($1::int2[], $2::int2[], $3::date[]) WITH ORDINALITY AS place(authority_id, service_id, newest, at)
    ORDER BY place.at`,
    [
      places.map(({ authorityId }) => authorityId),
      places.map(({ serviceId }) => serviceId),
      places.map(({ newest }) => formatDay(newest)),
      count
    ]
  )
  return rows.map(({ days }) => days)
}

/** An authority and a service that events have come for. */
export interface Holding { authorityId: number, serviceId: number }

/**
 * Every authority (or the one that is named) and service that has events. The cost follows the number of them, not that
 * of events.
 */
export async function readHoldings (client: Client, authorityId: number | null = null): Promise<Holding[]> {
  const { rows } = await client.query<Holding>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId" FROM series_state AS state
    WHERE ($1::int2 IS NULL OR authority_id = $1) AND EXISTS (
      SELECT FROM ${CHANNEL_DAYS.folded} AS f
      WHERE f.authority_id = state.authority_id AND f.service_id = state.service_id AND f.type = state.type)
    UNION SELECT authority_id, service_id FROM rollup_pending WHERE $1::int2 IS NULL OR authority_id = $1
    ORDER BY 1, 2`,
    [authorityId]
  )
  return rows
}

/** How many events of each authority there are on a local day (`YYYY-MM-DD`) and those after it. */
export async function countEventsFrom (
  client: Client, authorityIds: readonly number[], day: string
): Promise<Array<{ authorityId: number, events: number }>> {
  const { rows } = await client.query<{ authorityId: number, events: number }>(
    `
    SELECT authority_id AS "authorityId", sum(events)::float8 AS events FROM ${CHANNEL_DAYS.view}
    WHERE authority_id = ANY ($1::int2[]) AND local_date >= $2::date
      AND month >= date_trunc('month', $2::date::timestamp)::date
    GROUP BY authority_id HAVING sum(events) > 0`,
    [authorityIds, day]
  )
  return rows
}
