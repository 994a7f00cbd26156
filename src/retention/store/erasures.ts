import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { arrayOf, textArray } from '../../postgres/binary-array.ts'
import { erasedHash } from '../../events/store/unkept.ts'
import type { Owner } from '../../intake/owner.ts'
import type { Tables } from '../../postgres/tables.ts'

/** An erasure of events of a source: of some ids, or of a period, both days inclusive. */
export interface Erasure {
  id: number
  ownerId: number
  sourceId: number
  /** While it is under way. */
  ids: string[] | null
  asked: number | null
  startOn: string | null
  endOn: string | null
  reason: string
  mayBeSentAgain: boolean
  askedBy: string
  askedAt: Date
  events: number
  versions: number
  finishedAt: Date | null
}

const COLUMNS = `id, authority_id AS "ownerId", source_id AS "sourceId", ids, asked, start_on AS "startOn",
  end_on AS "endOn", reason, may_be_sent_again AS "mayBeSentAgain", asked_by AS "askedBy", asked_at AS "askedAt",
  events, versions, finished_at AS "finishedAt"`

export type NewErasure = Omit<Erasure, 'id' | 'asked' | 'events' | 'versions' | 'finishedAt'>

/** Orders an erasure; returns its number. */
export async function insertErasure (db: Kysely<Tables>, order: NewErasure): Promise<number> {
  const { ownerId, sourceId, ids, startOn, endOn, reason, mayBeSentAgain, askedBy, askedAt } = order
  const { rows: [row] } = await sql<{ id: number }>`
    INSERT INTO erasure (authority_id, source_id, ids, asked, start_on, end_on, reason, may_be_sent_again, asked_by,
      asked_at)
    VALUES (${ownerId}, ${sourceId}, ${ids}, ${ids?.length ?? null}, ${startOn}, ${endOn}, ${reason},
      ${mayBeSentAgain}, ${askedBy}, ${askedAt}) RETURNING id`.execute(db)
  if (row === undefined) throw new Error('insert-erasure gave no row')
  return row.id
}

export async function readErasure (client: pg.Pool | pg.ClientBase, id: number): Promise<Erasure | undefined> {
  const { rows: [row] } = await client.query<Erasure>(`SELECT ${COLUMNS} FROM erasure WHERE id = $1`, [id])
  return row
}

/** Those of a source, the newest first. */
export async function readErasures (
  client: pg.Pool | pg.ClientBase, sourceId: number, { before, limit }: { before: number | undefined, limit: number }
): Promise<Erasure[]> {
  const { rows } = await client.query<Erasure>(
    `SELECT ${COLUMNS} FROM erasure WHERE source_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    [sourceId, before ?? Number.MAX_SAFE_INTEGER, limit]
  )
  return rows
}

export async function readUnfinishedErasures (client: pg.Pool | pg.ClientBase): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>('SELECT id FROM erasure WHERE finished_at IS NULL ORDER BY id')
  return rows.map(({ id }) => id)
}

/** From now on these ids are refused where the source sends them. */
export async function keepOut (
  client: pg.Pool | pg.ClientBase, { id, ownerId, sourceId }: Erasure, ids: readonly string[]
): Promise<void> {
  await client.query(
    `
    INSERT INTO erased_event (owner_id, source_id, hash, erasure_id)
    SELECT DISTINCT $1::int2, $2::int4, hash, $3::int8 FROM unnest($4::bytea[]) AS sent(hash) ORDER BY hash
    ON CONFLICT DO NOTHING`,
    [ownerId, sourceId, id, arrayOf('bytea')(ids, (one) => erasedHash(sourceId, one))]
  )
}

/** Takes that back. */
export async function letIn (
  client: pg.ClientBase, { id, ownerId, sourceId }: Erasure, ids: readonly string[]
): Promise<void> {
  await client.query(
    'DELETE FROM erased_event WHERE owner_id = $1 AND source_id = $2 AND hash = ANY ($3::bytea[]) AND erasure_id = $4',
    [ownerId, sourceId, arrayOf('bytea')(ids, (one) => erasedHash(sourceId, one)), id]
  )
}

/** Some ids of a source that lie in a period, behind an id; `last` is where to go on, undefined at the end. */
export async function idsOfPeriod (
  client: pg.Pool | pg.ClientBase,
  { ownerId, sourceId, startOn, endOn }: Pick<Erasure, 'ownerId' | 'sourceId' | 'startOn' | 'endOn'>,
  after: string,
  read: number
): Promise<{ ids: string[], last: string | undefined }> {
  const { rows: [row] } = await client.query<{ ids: string[] | null, last: string | null, read: number }>(
    `
    SELECT array_agg(id ORDER BY id) FILTER (WHERE local_date BETWEEN $4::date AND $5::date) AS ids, max(id) AS last,
      count(*) AS read
    FROM (
      SELECT id, local_date FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id > $3
      ORDER BY id LIMIT $6
    ) AS page`,
    [ownerId, sourceId, after, startOn, endOn, read]
  )
  return { ids: row?.ids ?? [], last: row === undefined || row.read < read ? undefined : row.last ?? undefined }
}

/** Removes locked events and what they said before; returns how many versions went with them. */
export async function deleteEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[]
): Promise<number> {
  const values = [ownerId, sourceId, textArray(ids, (id) => id)]
  const key = 'owner_id = $1::int2 AND source_id = $2::int4 AND id = ANY ($3::text[])'
  await client.query(`DELETE FROM event WHERE ${key}`, values)
  const { rowCount } = await client.query(`DELETE FROM event_history WHERE ${key}`, values)
  return rowCount ?? 0
}

export async function countErased (
  client: pg.ClientBase, id: number, { events, versions }: { events: number, versions: number }
): Promise<void> {
  await client.query('UPDATE erasure SET events = events + $2, versions = versions + $3 WHERE id = $1', [
    id, events, versions
  ])
}

/**
 * Ends an erasure, and forgets the ids; undefined where another process has ended it already. Ids that may be sent
 * again are let in, whichever erasure kept them out: so one that was made by mistake is put right.
 */
export async function finishErasure (client: pg.ClientBase, id: number, at: Date): Promise<Erasure | undefined> {
  const { rows: [row] } = await client.query<Erasure>(
    `
    UPDATE erasure SET finished_at = $2, ids = NULL, keeps_out = NOT may_be_sent_again
    WHERE id = $1 AND finished_at IS NULL RETURNING ${COLUMNS}`,
    [id, at]
  )
  if (row?.mayBeSentAgain === true) {
    await client.query(
      `
      DELETE FROM erased_event AS erased USING erased_event AS mine
      WHERE mine.owner_id = $2::int2 AND mine.source_id = $3::int4 AND mine.erasure_id = $1::int8
        AND erased.owner_id = $2::int2 AND erased.source_id = $3::int4 AND erased.hash = mine.hash`,
      [id, row.ownerId, row.sourceId]
    )
  }
  return row
}

/** What an erasure would take: events and earlier versions, of the ids or of the period. */
export async function countErasable (
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId, ids, startOn, endOn }: Omit<NewErasure, 'askedBy' | 'askedAt'>
): Promise<{ events: number, versions: number }> {
  const { rows: [row] } = await client.query<{ events: number, versions: number }>(
    `
    SELECT count(*) AS events, coalesce(sum((
      SELECT count(*) FROM event_history AS version
      WHERE version.owner_id = $1::int2 AND version.source_id = $2::int4 AND version.id = event.id
    )), 0) AS versions
    FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4
      AND ${ids === null ? 'local_date BETWEEN $3::date AND $4::date' : 'id = ANY ($3::text[])'}`,
    [ownerId, sourceId, ...(ids === null ? [startOn, endOn] : [ids])]
  )
  return row ?? { events: 0, versions: 0 }
}
