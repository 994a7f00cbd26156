import type pg from 'pg'
import { int4Array, textArray } from '../../postgres/binary-array.ts'
import { countRemoved, type CutOff, type Removed, type Sending } from './cut-offs.ts'

/**
 * Each row is looked up by its key. Planned for one page of a large table, Postgres would read all of its history
 * instead.
 */
export const BY_KEY =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'

/**
 * How many pages the table has, or the largest of its parts (docs/partitions.md, docs/scaling.md), and how many parts:
 * rows that come later are of open days.
 */
export async function countPages (client: pg.ClientBase): Promise<{ pages: number, parts: number }> {
  const { rows: [row] } = await client.query<{ pages: number, parts: number }>(
    'SELECT counted[1] AS pages, counted[2] AS parts FROM event_pages() AS counted'
  )
  return row ?? { pages: 0, parts: 1 }
}

// By their place, in every part, and not by an index, which every new event would have to be written to.
const REMOVE_EVENTS = `
  DELETE FROM event USING retention_cut_off AS closed
  WHERE event.ctid >= $1::tid AND event.ctid < $2::tid AND closed.finished_at IS NULL
    AND closed.authority_id = event.authority_id AND event.local_date < closed.cut_off
    AND event.source_id = ANY ($3::int4[])
  RETURNING event.owner_id AS "ownerId", event.source_id AS "sourceId", event.id, event.authority_id AS "authorityId"`

const REMOVE_VERSIONS = `
  DELETE FROM event_history WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = ANY ($3::text[]) RETURNING id`

interface Gone { ownerId: number, sourceId: number, id: string, authorityId: number }

/** Removes events of closed days, with their history, that lie in some pages, of these sources; notes how many. */
export async function removeEvents (
  client: pg.ClientBase, sourceIds: readonly number[], page: number, pages: number
): Promise<Removed> {
  await client.query(BY_KEY)
  const { rows: gone } = await client.query<Gone>(REMOVE_EVENTS, [
    `(${page},0)`, `(${page + pages},0)`, int4Array(sourceIds, (id) => id)
  ])
  const removed = new Map<number, Removed>()
  const of = (authorityId: number): Removed => {
    const known = removed.get(authorityId) ?? { events: 0, versions: 0, receipts: 0 }
    removed.set(authorityId, known)
    return known
  }
  for (const { authorityId } of gone) of(authorityId).events++
  for (const some of Map.groupBy(gone, ({ ownerId, sourceId }) => `${ownerId} ${sourceId}`).values()) {
    const { ownerId, sourceId } = some[0] as Gone
    const { rows: versions } = await client.query<{ id: string }>(REMOVE_VERSIONS, [
      ownerId, sourceId, textArray(some, ({ id }) => id)
    ])
    const authorityOf = new Map(some.map(({ id, authorityId }) => [id, authorityId]))
    for (const { id } of versions) of(authorityOf.get(id) ?? 0).versions++
  }
  await countRemoved(client, removed)
  return {
    events: gone.length,
    versions: removed.values().reduce((sum, { versions }) => sum + versions, 0),
    receipts: 0
  }
}

// An event may be dated a day ahead of its receipt: one that stays keeps its own.
const REMOVE_RECEIPTS = `
  WITH page AS MATERIALIZED (
    SELECT id, received_at FROM receipt WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id > $3
    ORDER BY id LIMIT $4
  ),
  gone AS (
    DELETE FROM receipt USING page WHERE receipt.owner_id = $1::int2 AND receipt.id = page.id
      AND page.received_at < ($5::date - 2)::timestamp AT TIME ZONE 'Europe/London'
    RETURNING receipt.id
  )
  SELECT max(id) AS last, count(*) AS read, (SELECT count(*) FROM gone) AS receipts,
    bool_and(received_at >= $5::date) AS newer
  FROM page`

/** Removes receipts of a source of closed days behind a number; `last` is where to go on, undefined at the end. */
export async function removeReceipts (
  client: pg.ClientBase, { authorityId, day }: CutOff, { sourceId }: Sending, after: number, most: number
): Promise<{ receipts: number, last: number | undefined }> {
  await client.query(BY_KEY)
  const { rows: [row] } = await client.query<{ last: number, read: number, receipts: number, newer: boolean }>(
    REMOVE_RECEIPTS, [authorityId, sourceId, after, most, day]
  )
  if (row === undefined) return { receipts: 0, last: undefined }
  const { receipts, last, read, newer } = row
  if (receipts > 0) await countRemoved(client, new Map([[authorityId, { events: 0, versions: 0, receipts }]]))
  return { receipts, last: read < most || newer ? undefined : last }
}
