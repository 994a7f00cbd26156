import type pg from 'pg'
import { textArray } from '../../postgres/binary-array.ts'
import type { StoredEvent } from './read.ts'
import { selectRow } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

/** An event in force; `receivedAt` is null where its receipt is not kept any more. */
export interface ListedEvent extends StoredEvent { receivedAt: Date | null }

/** One event, or those that fit; days as `YYYY-MM-DD`, both inclusive; undefined: any. */
export interface EventFilter {
  id?: string
  from?: string | undefined
  to?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
  receipt?: string | undefined
  authorityId?: number | undefined
  serviceId?: number | undefined
  voided?: boolean | undefined
}

/** Events that a question goes through at most, whatever it finds among them. */
export const MOST_LOOKED_AT = 20_000

// In the order of the key, which is the only index that there is: another one every new event would have to be written
// to.
const LOOK = `
  SELECT max(id) AS last, count(*) AS looked, (array_agg(id ORDER BY id) FILTER (
    WHERE ($4::date IS NULL OR local_date >= $4) AND ($5::date IS NULL OR local_date <= $5)
      AND ($6::int8 IS NULL OR receipt_id = $6)
      AND ($7::int2 IS NULL OR authority_id = $7) AND ($8::int2 IS NULL OR service_id = $8)
      AND ($9::bool IS NULL OR (voided_at IS NOT NULL) = $9)
      AND ($10::timestamptz IS NULL AND $11::timestamptz IS NULL OR EXISTS (
        SELECT FROM receipt WHERE receipt.owner_id = $1::int2 AND receipt.id = looked.receipt_id
          AND ($10::timestamptz IS NULL OR received_at >= $10) AND ($11::timestamptz IS NULL OR received_at < $11)
      ))
  ))[:$12] AS ids
  FROM (
    SELECT id, local_date, receipt_id, authority_id, service_id, voided_at FROM event
    WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id > $3 ORDER BY id LIMIT $13
  ) AS looked`

const READ = `
  SELECT ${selectRow('event')}, event.voided_at AS "voidedAt", event.receipt_id AS "receiptId",
    NULL::timestamptz AS "replacedAt", receipt.received_at AS "receivedAt"
  FROM event LEFT JOIN receipt ON receipt.owner_id = event.owner_id AND receipt.id = event.receipt_id
  WHERE event.owner_id = $1::int2 AND event.source_id = $2::int4 AND event.id = ANY ($3::text[]) ORDER BY event.id`

/**
 * Events of a source behind an id, in the order of ids. `next` is where to go on, undefined at the end: a page may have
 * fewer than `limit`, or none, and yet others follow.
 */
export async function listEvents (
  client: pg.ClientBase, owner: Owner, { id, ...filter }: EventFilter,
  { after, limit }: { after: string, limit: number }
): Promise<{ events: ListedEvent[], next: string | undefined }> {
  if (id !== undefined) return { events: await readEvents(client, owner, [id]), next: undefined }
  const { from, to, since, until, receipt, authorityId, serviceId, voided } = filter
  const most = Object.values(filter).every((value) => value === undefined) ? limit + 1 : MOST_LOOKED_AT
  const { rows: [found] } = await client.query<{ last: string | null, looked: number, ids: string[] | null }>(LOOK, [
    owner.ownerId, owner.sourceId, after, from, to, receipt, authorityId, serviceId, voided, since, until, limit + 1,
    most
  ])
  const ids = found?.ids ?? []
  const shown = ids.slice(0, limit)
  const events = await readEvents(client, owner, shown)
  if (ids.length > limit) return { events, next: shown.at(-1) }
  return { events, next: found === undefined || found.looked < most ? undefined : found.last ?? undefined }
}

async function readEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[]
): Promise<ListedEvent[]> {
  if (ids.length === 0) return []
  return (await client.query<ListedEvent>(READ, [ownerId, sourceId, textArray(ids, (id) => id)])).rows
}
