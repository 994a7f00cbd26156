import type pg from 'pg'
import type { Owner } from '../../intake/owner.ts'
import { KINDS } from '../../intake/refusals/refusals.ts'
import { KEPT_SECONDS } from '../expiry.ts'

const OF_SOURCE = 'owner_id = $1::int2 AND source_id = $2::int4'

// Of a line that could not be read nobody knows whose it is: it goes where it holds the id.
const OF_IDS = `DELETE FROM rejection WHERE ${OF_SOURCE} AND kind = ${KINDS.event} AND (event_id = ANY ($3::text[])
  OR (event_id IS NULL AND content IS NOT NULL
    AND EXISTS (SELECT FROM unnest($3::text[]) AS erased(id) WHERE position(id IN content) > 0)))`

/** Removes refused rows of events that are erased. */
export async function deleteRejectionsOf (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[]
): Promise<void> {
  await client.query(OF_IDS, [ownerId, sourceId, ids])
}

/** And those of a period that is erased, `YYYY-MM-DD`, both days inclusive; also rows of which no day is known. */
export async function deleteRejectionsBetween (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, startOn: string, endOn: string
): Promise<void> {
  await client.query(
    `DELETE FROM rejection WHERE ${OF_SOURCE} AND kind = ${KINDS.event}
      AND (day BETWEEN $3::date AND $4::date OR (day IS NULL AND content IS NOT NULL))`,
    [ownerId, sourceId, startOn, endOn]
  )
}

/** And those of days that are closed now, by the cut-off of the source's own authority, as its receipts. */
export async function deleteRejectionsOfClosedDays (client: pg.ClientBase): Promise<void> {
  await client.query(`
    DELETE FROM rejection USING retention_cut_off AS closed
    WHERE closed.authority_id = rejection.owner_id AND closed.finished_at IS NULL AND rejection.day < closed.cut_off`)
}

/** And all that is kept of what a source sent and nobody took. */
export async function deleteRefusedOf (client: pg.ClientBase, { ownerId, sourceId }: Owner): Promise<void> {
  for (const table of ['rejection', 'unmapped_word']) {
    await client.query(`DELETE FROM ${table} WHERE ${OF_SOURCE}`, [ownerId, sourceId])
  }
}

const SOME = 5000

/** What is kept no longer, a piece at a time; `now` is the first parameter. */
export const EXPIRED = {
  rejections: `DELETE FROM rejection WHERE (owner_id, source_id, receipt_id, row_index) IN (
    SELECT owner_id, source_id, receipt_id, row_index FROM rejection
    WHERE received_at <= $1::timestamptz - make_interval(secs => ${KEPT_SECONDS}) LIMIT ${SOME})`,
  receipts: `DELETE FROM receipt WHERE id IN (
    SELECT id FROM receipt WHERE stored = 0 AND duplicates = 0 AND revised = 0 AND rejected > 0
      AND received_at <= $1::timestamptz - make_interval(secs => ${KEPT_SECONDS}) LIMIT ${SOME})`,
  words: 'DELETE FROM unmapped_word WHERE last_seen <= $1::timestamptz - make_interval(days => 90)'
}

/** Removes a piece of it; returns how many rows that were. */
export async function deleteExpired (
  client: pg.ClientBase, what: keyof typeof EXPIRED, now: Date
): Promise<number> {
  return (await client.query(EXPIRED[what], [now])).rowCount ?? 0
}
