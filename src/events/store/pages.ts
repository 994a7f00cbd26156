import type pg from 'pg'
import { textArray } from '../../postgres/binary-array.ts'
import { writtenSince } from '../../postgres/epoch.ts'
import type { ListedEvent } from './list.ts'
import { selectRow } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

const SELECT = `
  SELECT ${selectRow('event')}, event.voided_at AS "voidedAt", event.receipt_id AS "receiptId",
    NULL::timestamptz AS "replacedAt", receipt.received_at AS "receivedAt"
  FROM event LEFT JOIN receipt ON receipt.owner_id = event.owner_id AND receipt.id = event.receipt_id
  WHERE event.owner_id = $1::int2 AND event.source_id = $2::int4`
// By the key and no further: a page costs the same wherever it begins.
const PAGE = `${SELECT} AND event.id > $3 ORDER BY event.id LIMIT $4`
const SOME = `${SELECT} AND event.id = ANY ($3::text[]) ORDER BY event.id`
// No index knows when a row was written: every new event would have to be written to it.
const CHANGED = `
  SELECT max(id) AS last, count(*) AS looked, array_agg(id ORDER BY id) FILTER (WHERE changed) AS ids
  FROM (
    SELECT id, ${writtenSince('$5')} AS changed FROM event
    WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id > $3 ORDER BY id LIMIT $4
  ) AS looked`

/** Events that one statement returns, and that it looks at where it looks for those that changed. */
const [ROWS, LOOKED_AT] = [1000, 5000]

/**
 * All events of a source behind an id, voided ones among them, in the order of ids, by short statements. `xmins`: only
 * what a transaction of that number (by server), or a later one, stored, corrected or voided.
 */
export async function * eventPages (
  client: pg.ClientBase, { ownerId, sourceId }: Owner,
  { after, xmins }: { after: string, xmins?: Record<string, number> | undefined }
): AsyncGenerator<ListedEvent[]> {
  for (let behind: string | undefined = after; behind !== undefined;) {
    if (xmins === undefined) {
      const { rows }: { rows: ListedEvent[] } = await client.query<ListedEvent>({
        name: 'event-page', text: PAGE, values: [ownerId, sourceId, behind, ROWS]
      })
      behind = rows.length < ROWS ? undefined : rows.at(-1)?.id
      yield rows
    } else {
      const { rows: [found] }: { rows: Array<{ last: string | null, looked: number, ids: string[] | null }> } =
        await client.query({ text: CHANGED, values: [ownerId, sourceId, behind, LOOKED_AT, JSON.stringify(xmins)] })
      behind = found === undefined || found.looked < LOOKED_AT ? undefined : found.last ?? undefined
      for (let at = 0; at < (found?.ids?.length ?? 0); at += ROWS) {
        const some = found?.ids?.slice(at, at + ROWS) ?? []
        yield (await client.query<ListedEvent>(SOME, [ownerId, sourceId, textArray(some, (id) => id)])).rows
      }
    }
  }
}
