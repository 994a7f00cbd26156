import type pg from 'pg'
import { dateArray, int2Array, int4Array, int8Array } from '../../postgres/binary-array.ts'
import { DEADLINES, lastingUpTo } from '../../postgres/deadlines.ts'
import type { CountedYear, YearShape } from '../released-year.ts'

/** What a release is about: an authority's events of a type and service. */
export interface ReleaseKey { authorityId: number, serviceId: number, type: number }

/** A release as it is stored. */
export interface Release extends ReleaseKey {
  id: number
  kind: 'regular' | 'revision'
  madeAt: Date
  madeBy: string
  /** The first day that it does not cover. */
  upTo: string
  /** Figures decided about, and how many of them are suppressed. */
  cells: number
  suppressed: number
  /** Suppressed small counts whose range was looked at, and the narrowest range of one. */
  audited: number
  narrowest: number | null
  seconds: number
  /** What could not be audited and so is not published. */
  notPublished: string[]
}

export interface ReleasedYear { yearOn: number, shape: YearShape, counted: CountedYear }

/** A published count: cumulated up to before a day. `street` is `WHOLE_WARD` for the ward's own. */
export interface ReleasedCount { ward: number, street: number, figure: number, day: number, count: number }

/** Makes all who release the same wait for one another until the end of the transaction. */
export async function lockReleases (
  client: pg.ClientBase, { authorityId, serviceId, type }: ReleaseKey
): Promise<void> {
  // A large council's audits take longer than a transaction may otherwise do nothing.
  await client.query(lastingUpTo(DEADLINES.releaseMs))
  await client.query("SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = 0")
  await client.query(
    'SELECT pg_advisory_xact_lock(hashtext($1), $2)', [`release ${serviceId} ${type}`, authorityId]
  )
}

export async function readReleaseKey (client: pg.Pool | pg.ClientBase): Promise<Buffer> {
  const { rows: [row] } = await client.query<{ key: string }>('SELECT key FROM release_key')
  if (row === undefined) throw new Error('the key of the releases is gone: restore the table release_key')
  return Buffer.from(row.key)
}

/** The financial years of which anything is released, by first day. */
export async function readShapes (client: pg.ClientBase, key: ReleaseKey): Promise<Map<number, YearShape>> {
  const { rows } = await client.query<{ yearOn: number, shape: YearShape }>(
    `
    SELECT year_on - DATE '1970-01-01' AS "yearOn", shape FROM released_year
    WHERE authority_id = $1 AND service_id = $2 AND type = $3`,
    [key.authorityId, key.serviceId, key.type]
  )
  return new Map(rows.map(({ yearOn, shape }) => [yearOn, shape]))
}

/** The counts that a financial year's releases were made of; undefined where there was none. */
export async function readCounted (
  client: pg.ClientBase, key: ReleaseKey, yearOn: number
): Promise<CountedYear | undefined> {
  const { rows: [row] } = await client.query<{ counted: CountedYear }>(
    `
    SELECT counted FROM released_year
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND year_on = DATE '1970-01-01' + $4::int`,
    [key.authorityId, key.serviceId, key.type, yearOn]
  )
  return row?.counted
}

/** The last published value of everything in a financial year. */
export async function readCounts (client: pg.ClientBase, key: ReleaseKey, yearOn: number): Promise<ReleasedCount[]> {
  const { rows } = await client.query<ReleasedCount>(
    `
    SELECT DISTINCT ON (street, ward_id, figure, on_day) ward_id AS ward, street::float8 AS street, figure,
      on_day - DATE '1970-01-01' AS day, count::float8 AS count
    FROM released_count
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND year_on = DATE '1970-01-01' + $4::int
    ORDER BY street, ward_id, figure, on_day, release_id DESC`,
    [key.authorityId, key.serviceId, key.type, yearOn]
  )
  return rows
}

export async function insertRelease (client: pg.ClientBase, release: Omit<Release, 'id'>): Promise<number> {
  const { rows: [row] } = await client.query<{ id: number }>(
    `
    INSERT INTO release (authority_id, service_id, type, kind, made_at, made_by, up_to, cells, suppressed, audited,
      narrowest, seconds, not_published)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id::int4 AS id`,
    [
      release.authorityId, release.serviceId, release.type, release.kind, release.madeAt, release.madeBy, release.upTo,
      release.cells, release.suppressed, release.audited, release.narrowest, release.seconds, release.notPublished
    ]
  )
  return row?.id ?? 0
}

/** Changes what readers are told of a financial year beside its counts. */
export async function saveShape (
  client: pg.ClientBase, key: ReleaseKey, yearOn: number, shape: YearShape
): Promise<void> {
  await client.query(
    `
    UPDATE released_year SET shape = $5, changes = changes + 1
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND year_on = DATE '1970-01-01' + $4::int`,
    [key.authorityId, key.serviceId, key.type, yearOn, JSON.stringify(shape)]
  )
}

/** Stores what a release says of a financial year; `counts` are what it publishes. */
export async function saveYear (
  client: pg.ClientBase,
  key: ReleaseKey,
  releaseId: number,
  { yearOn, shape, counted }: ReleasedYear,
  counts: readonly ReleasedCount[]
): Promise<void> {
  await client.query(
    `
    INSERT INTO released_year (authority_id, service_id, type, year_on, release_id, shape, counted)
    VALUES ($1, $2, $3, DATE '1970-01-01' + $4::int, $5, $6, $7)
    ON CONFLICT (authority_id, service_id, type, year_on) DO UPDATE SET
      release_id = excluded.release_id, changes = released_year.changes + 1,
      shape = excluded.shape, counted = excluded.counted`,
    [
      key.authorityId, key.serviceId, key.type, yearOn, releaseId, JSON.stringify(shape), JSON.stringify(counted)
    ]
  )
  if (counts.length === 0) return
  await client.query(
    `
    INSERT INTO released_count (authority_id, service_id, type, year_on, ward_id, street, figure, on_day, count,
      release_id)
    SELECT $1, $2, $3, DATE '1970-01-01' + $4::int, one.*, $5
    FROM unnest($6::int4[], $7::int8[], $8::int2[], $9::date[], $10::int8[]) AS one(ward, street, figure, day, count)`,
    [
      key.authorityId, key.serviceId, key.type, yearOn, releaseId,
      int4Array(counts, ({ ward }) => ward),
      int8Array(counts, ({ street }) => street),
      int2Array(counts, ({ figure }) => figure),
      dateArray(counts, ({ day }) => day),
      int8Array(counts, ({ count }) => count)
    ]
  )
}

/** The newest releases first, of those that are asked for. */
export async function readReleases (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceId, type, kind, before, limit }: Partial<ReleaseKey> & {
    kind?: Release['kind'], before?: number, limit: number
  }
): Promise<Release[]> {
  const { rows } = await client.query<Release>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, id::float8 AS id, kind, made_at AS "madeAt",
      made_by AS "madeBy", up_to AS "upTo", cells, suppressed, audited, narrowest, seconds,
      not_published AS "notPublished"
    FROM release
    WHERE ${authorityId === undefined ? '$1::int2 IS NULL' : 'authority_id = $1::int2'}
      AND ($2::int2 IS NULL OR service_id = $2)
      AND ($3::int2 IS NULL OR type = $3) AND ($4::int8 IS NULL OR id < $4) AND ($5::text IS NULL OR kind = $5)
    ORDER BY id DESC LIMIT $6`,
    [authorityId ?? null, serviceId ?? null, type ?? null, before ?? null, kind ?? null, limit]
  )
  return rows
}

/** The first day of an authority of which nothing is released yet, of any service; undefined where nothing is. */
export async function releasedUpTo (client: pg.Pool | pg.ClientBase, authorityId: number): Promise<number | undefined> {
  const { rows: [row] } = await client.query<{ day: number | null }>(
    "SELECT max(up_to) - DATE '1970-01-01' AS day FROM release WHERE authority_id = $1", [authorityId]
  )
  return row?.day ?? undefined
}
