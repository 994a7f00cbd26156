import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { int2Array } from '../postgres/binary-array.ts'
import { CHANNEL_DAYS, SERIES, WARD_DAYS, type Series } from './dimensions.ts'
import { dayOfKey, newestFolded } from './schema.ts'
import { same } from './sql.ts'

type Client = pg.Pool | pg.ClientBase

const OF_ONE = 'authority_id = $1::int2'
const OF_SOME = 'authority_id = ANY ($1::int2[])'
const OF_ALL = 'true'
const OF_SERVICES = ' AND service_id = ANY ($2::int2[])'

/** The last day of a packed row: keys ascend by day. */
const lastDay = (row: string): string => dayOfKey(row, `rollup_int4(${row}.keys, length(${row}.keys) - 4)`)

/**
 * The first local day on which any of the authorities has events, and the day after the last; undefined where none has
 * any.
 */
export async function readExtent (
  client: Client,
  { authorityIds, serviceId, type }: { authorityIds: readonly number[], serviceId: number, type: number }
): Promise<{ start: number, end: number } | undefined> {
  const [one] = authorityIds.length === 1 ? authorityIds : []
  const ofSeries = `authority_id = ${one === undefined ? 'ANY ($1::int2[])' : '$1::int2'}
          AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)`
  // By authority first: a shard of a cluster answers for its own, folded and pending, at one moment.
  const { rows: [row] } = await client.query<{ start: number | null, end: number | null }>({
    name: `events-extent${one === undefined ? '' : '-of-one'}`,
    text: `
      SELECT min(first) - DATE '1970-01-01' AS start, max(last) - DATE '1970-01-01' + 1 AS end FROM (
        SELECT authority_id, min(first) AS first, max(last) AS last FROM (
          SELECT authority_id, ${dayOfKey('f', 'rollup_int4(f.keys, 0)')} AS first, ${lastDay('f')} AS last
          FROM ${CHANNEL_DAYS.folded} AS f WHERE ${ofSeries}
          UNION ALL
          SELECT authority_id, local_date, local_date FROM rollup_pending_event WHERE ${ofSeries}
        ) AS half GROUP BY authority_id
      ) AS own`,
    values: [one ?? int2Array(authorityIds, (id) => id), serviceId, type]
  })
  return row?.start == null || row.end === null ? undefined : { start: row.start, end: row.end }
}

/** The series of some authorities that have events with a ward. */
export async function readSeriesWithWards (client: Client, authorityIds: readonly number[]): Promise<Series[]> {
  const some = 'authority_id = ANY ($1::int2[]) AND ward_id <> 0'
  const { rows } = await client.query<Series>(
    `
    SELECT DISTINCT authority_id AS "authorityId", service_id AS "serviceId", type FROM (
      SELECT authority_id, service_id, type FROM ${WARD_DAYS.folded} WHERE ${some}
      UNION ALL
      SELECT authority_id, service_id, type FROM rollup_pending_event WHERE ${some}
    ) AS half ORDER BY 1, 2, 3`,
    [authorityIds]
  )
  return rows
}

/**
 * SELECT of the newest day with events of each series, folded and pending, and where `before` is a FROM item of days
 * the newest before the n-th of them. By the ends of indexes: every series that was ever folded has a state.
 */
function newestOf (authorities: string, services = '', before?: string): string {
  const condition = `${authorities}${services}`
  const again = authorities === OF_ONE ? ` AND f.${OF_ONE}` : ''
  const [n, days, last] = before === undefined
    ? ['', '', "DATE 'infinity'"]
    : [', before.n', `CROSS JOIN ${before} WITH ORDINALITY AS before(day, n)`, 'before.day']
  return `
      SELECT ${SERIES.join(', ')}${n}, ${newestFolded('series', last, again)} AS day
      FROM series_state AS series ${days} WHERE type <> 0 AND ${condition}
      UNION ALL
      SELECT ${SERIES.join(', ')}${n}, max(local_date) FROM rollup_pending_event ${days}
      WHERE local_date < ${last} AND ${condition} GROUP BY ${SERIES.join(', ')}${n}`
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
    SELECT newest.service_id AS "serviceId", newest.day AS newest, coalesce(recent.days, 0) AS days FROM (
      SELECT service_id, max(day) AS day FROM (${newestOf(OF_ONE, OF_SERVICES)})
        AS half WHERE day IS NOT NULL GROUP BY service_id
    ) AS newest
    LEFT JOIN (
      SELECT service_id, count(DISTINCT local_date) AS days FROM ${CHANNEL_DAYS.view}
      WHERE ${OF_ONE}${OF_SERVICES}
        AND local_date >= $3::date AND local_date < $4::date
        AND month >= date_trunc('month', $3::date::timestamp)::date AND month < $4::date
      GROUP BY service_id
    ) AS recent USING (service_id)`,
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
  const { rows } = await client.query<Omit<NewestDay, 'newest'> & { n: number, day: string }>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, n, max(day) AS day FROM (
      ${newestOf(OF_SOME, OF_SERVICES, 'unnest($3::date[])')}
    ) AS half WHERE day IS NOT NULL GROUP BY ${SERIES.join(', ')}, n ORDER BY 1, 2, 3, 4`,
    [authorityIds, serviceIds, ['infinity', ...before]]
  )
  const found = new Map<string, NewestDay>()
  for (const { n, day, ...series } of rows) {
    const key = Object.values(series).join(' ')
    const own = found.get(key) ?? { ...series, newest: ['infinity', ...before].map(() => null) }
    own.newest[n - 1] = day
    found.set(key, own)
  }
  return [...found.values()]
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
    SELECT authority_id AS "authorityId", service_id AS "serviceId", max(day) AS newest
    FROM (${newestOf(authorityId === null ? OF_ALL : OF_ONE)}) AS half
    WHERE day IS NOT NULL GROUP BY authority_id, service_id ORDER BY 1, 2`,
    authorityId === null ? [] : [authorityId]
  )
  return rows
}

interface Place { authorityId: number, serviceId: number, newest: number }

/** The last local days with events of some authorities and services, in order: `count` days up to the newest. */
export async function readDaysBefore (client: Client, places: readonly Place[], count: number): Promise<number[][]> {
  const days = new Map<Place, number[]>()
  for (const [authorityId, own] of Map.groupBy(places, ({ authorityId }) => authorityId)) {
    const { rows } = await client.query<{ days: number[] }>(
      `
      SELECT ARRAY(
        SELECT DISTINCT r.local_date - DATE '1970-01-01' FROM ${CHANNEL_DAYS.view} AS r
        WHERE r.authority_id = $1::int2 AND r.service_id = place.service_id
          AND r.local_date > place.newest - $4::int4 AND r.local_date <= place.newest
          AND r.month >= date_trunc('month', (place.newest - $4::int4)::timestamp)::date AND r.month <= place.newest
        ORDER BY 1
      ) AS days
      FROM unnest($2::int2[], $3::date[]) WITH ORDINALITY AS place(service_id, newest, at)
      ORDER BY place.at`,
      [authorityId, own.map(({ serviceId }) => serviceId), own.map(({ newest }) => formatDay(newest)), count]
    )
    for (const [i, place] of own.entries()) days.set(place, rows[i]?.days ?? [])
  }
  return places.map((place) => days.get(place) ?? [])
}

/** An authority and a service that events have come for. */
export interface Holding { authorityId: number, serviceId: number }

/**
 * Every authority (or the one that is named) and service that has events. The cost follows the number of them, not that
 * of events.
 */
export async function readHoldings (client: Client, authorityId: number | null = null): Promise<Holding[]> {
  const ofOne = authorityId === null ? '' : 'AND authority_id = $1::int2'
  const { rows } = await client.query<Holding>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId" FROM (
      SELECT authority_id, service_id FROM series_state AS state
      WHERE type <> 0 AND EXISTS (SELECT FROM ${CHANNEL_DAYS.folded} AS f WHERE ${same('f', 'state', SERIES)}) ${ofOne}
      UNION SELECT authority_id, service_id FROM rollup_pending WHERE true ${ofOne}
    ) AS half ORDER BY 1, 2`,
    authorityId === null ? [] : [authorityId]
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
