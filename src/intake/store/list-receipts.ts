import type pg from 'pg'
import { receiptColumns, type ReceiptRow } from './receipts.ts'
import type { Owner } from '../owner.ts'

/** `rejected`: rows were refused; `changed`: something was stored, revised or withdrawn; `unchanged`: nothing was. */
export const OUTCOMES_OF_RECEIPTS = ['rejected', 'changed', 'unchanged'] as const
export type ReceiptOutcome = typeof OUTCOMES_OF_RECEIPTS[number]

export interface ReceiptFilter {
  since?: Date | undefined
  until?: Date | undefined
  outcome?: ReceiptOutcome | undefined
}

/** Receipts that a question goes through at most, whatever it finds among them. */
export const MOST_RECEIPTS = 20_000

const CHANGED = 'stored + revised + coalesce(voided, 0) > 0'
const LIST = `
  WITH looked AS MATERIALIZED (
    SELECT * FROM receipt WHERE owner_id = $8::int2 AND source_id = $1::int4 AND id < $2::int8 ORDER BY id DESC LIMIT $7
  )
  SELECT ${receiptColumns}, (SELECT count(*) FROM looked) AS looked, (SELECT min(id) FROM looked) AS last
  FROM (SELECT) AS once LEFT JOIN looked ON
    ($3::timestamptz IS NULL OR received_at >= $3) AND ($4::timestamptz IS NULL OR received_at < $4)
    AND CASE $5::text WHEN 'rejected' THEN rejected > 0 WHEN 'changed' THEN ${CHANGED}
      WHEN 'unchanged' THEN NOT (${CHANGED}) ELSE true END
  ORDER BY id DESC LIMIT $6`

type Found = { [F in keyof ReceiptRow]: ReceiptRow[F] | null } & { looked: number, last: number | null }

/**
 * Receipts of a source before a number, newest first. `next` is where to go on, undefined at the end: a page may have
 * fewer than `limit`, or none, and yet others follow.
 */
export async function listReceipts (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, { since, until, outcome }: ReceiptFilter,
  { before, limit }: { before: number, limit: number }
): Promise<{ receipts: ReceiptRow[], next: number | undefined }> {
  const isFiltered = since !== undefined || until !== undefined || outcome !== undefined
  const most = isFiltered ? MOST_RECEIPTS : limit + 1
  const { rows } = await client.query<Found>(LIST, [
    sourceId, before, since, until, outcome, limit + 1, most, ownerId
  ])
  const found = rows.filter((row): row is ReceiptRow & Found => row.id !== null)
  const receipts = found.slice(0, limit)
  if (found.length > limit) return { receipts, next: receipts.at(-1)?.id }
  const [first] = rows
  return { receipts, next: first === undefined || first.looked < most ? undefined : first.last ?? undefined }
}
