import type pg from 'pg'
import { formatDay, parseDay } from '../../domain/calendar.ts'
import { ARRIVALS_LOOKED_AT, type Arrival, type Learnt } from '../../domain/rhythm.ts'

/** What a source sends of an authority's service. */
export interface FeedKey { authorityId: number, serviceId: number, sourceId: number, kind: FeedKind }

/** Numbers are kept in the database. */
export const FEED_KINDS = { events: 1, figures: 2 } as const
export type FeedKind = typeof FEED_KINDS[keyof typeof FEED_KINDS]

const KEY = ['service_id', 'source_id', 'kind']
// Statements are about one authority each, whose rows lie together (docs/scaling.md): `$1`.
const parametersOf = (authorityId: number, keys: readonly FeedKey[]): unknown[] => [
  authorityId,
  keys.map(({ serviceId }) => serviceId),
  keys.map(({ sourceId }) => sourceId),
  keys.map(({ kind }) => kind)
]
const ofKeys = (more: string): string => `unnest($2::int2[], $3::int4[], $4::int2[]${more})`
const ofFeed = (table: string): string =>
  [`${table}.authority_id = $1::int2`, ...KEY.map((name) => `${table}.${name} = key.${name}`)].join(' AND ')

export type FeedArrival = FeedKey & Arrival

/** Keys of an authority in the order that all writers write them in. */
export async function insertArrivals (
  client: pg.ClientBase, authorityId: number, arrivals: readonly FeedArrival[]
): Promise<void> {
  await client.query(
    `
    INSERT INTO feed_arrival (authority_id, ${KEY.join(', ')}, arrived_on, newest_on)
    SELECT $1::int2, sent.* FROM ${ofKeys(', $5::date[], $6::date[]')} AS sent
    ON CONFLICT (authority_id, ${KEY.join(', ')}, arrived_on) DO UPDATE
      SET newest_on = greatest(feed_arrival.newest_on, excluded.newest_on)`,
    [
      ...parametersOf(authorityId, arrivals),
      arrivals.map(({ day }) => formatDay(day)),
      arrivals.map(({ newest }) => formatDay(newest))
    ]
  )
}

/** More than are learnt from: some brought nothing new. */
const ARRIVALS_READ = 2 * ARRIVALS_LOOKED_AT

/** The last arrivals of each of some feeds of an authority, in order. */
export async function readArrivals (
  client: pg.ClientBase, authorityId: number, keys: readonly FeedKey[]
): Promise<Arrival[][]> {
  const { rows } = await client.query<{ at: number, day: string, newest: string }>(
    `
    SELECT key.at, one.arrived_on AS day, one.newest_on AS newest
    FROM ${ofKeys('')} WITH ORDINALITY AS key(${KEY.join(', ')}, at)
    CROSS JOIN LATERAL (
      SELECT arrived_on, newest_on FROM feed_arrival AS a WHERE ${ofFeed('a')}
      ORDER BY arrived_on DESC LIMIT ${ARRIVALS_READ}
    ) AS one ORDER BY key.at, one.arrived_on`,
    parametersOf(authorityId, keys)
  )
  const found = Map.groupBy(rows, ({ at }) => at)
  return keys.map((_, i) => (found.get(i + 1) ?? []).map(({ day, newest }) => ({
    day: parseDay(day) ?? 0, newest: parseDay(newest) ?? 0
  })))
}

/** What was learnt of some feeds before, in their order; undefined: nothing, or there is no such feed. */
export async function readLearnt (
  client: pg.ClientBase, authorityId: number, keys: readonly FeedKey[]
): Promise<Array<Learnt | undefined>> {
  const { rows } = await client.query<{ rhythm: Learnt['rhythm'] | null, allowed: number | null }>(
    `
    SELECT feed.rhythm, feed.allowed_days AS allowed
    FROM ${ofKeys('')} WITH ORDINALITY AS key(${KEY.join(', ')}, at)
    LEFT JOIN feed ON ${ofFeed('feed')} ORDER BY key.at`,
    parametersOf(authorityId, keys)
  )
  return rows.map(({ rhythm, allowed }) => rhythm === null ? undefined : { rhythm, allowed })
}

export interface FeedState extends FeedArrival { learnt: Learnt | undefined }

export async function putFeeds (
  client: pg.ClientBase, authorityId: number, feeds: readonly FeedState[]
): Promise<void> {
  await client.query(
    `
    INSERT INTO feed (authority_id, ${KEY.join(', ')}, arrived_on, newest_on, rhythm, allowed_days)
    SELECT $1::int2, sent.* FROM ${ofKeys(', $5::date[], $6::date[], $7::text[], $8::int4[]')} AS sent
    ON CONFLICT (authority_id, ${KEY.join(', ')}) DO UPDATE SET
      arrived_on = greatest(feed.arrived_on, excluded.arrived_on),
      newest_on = greatest(feed.newest_on, excluded.newest_on), rhythm = excluded.rhythm,
      allowed_days = excluded.allowed_days`,
    [
      ...parametersOf(authorityId, feeds),
      feeds.map(({ day }) => formatDay(day)),
      feeds.map(({ newest }) => formatDay(newest)),
      feeds.map(({ learnt }) => learnt?.rhythm ?? null),
      feeds.map(({ learnt }) => learnt?.allowed ?? null)
    ]
  )
}
