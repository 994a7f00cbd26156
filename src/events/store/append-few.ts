import type pg from 'pg'
import { insertReceiptsFrom, receiptValues, type ReceiptRow } from '../../intake/store/receipts.ts'
import { int2Array, int4Array, int8Array } from '../../postgres/binary-array.ts'
import { insertPendingDetailsOf, insertPendingOf } from '../../rollups/index.ts'
import { STORED_COLUMNS, type EventRow } from '../columns.ts'
import { encodeEvents, EVENT_COLUMN_NAMES } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

/** An event with the parts of its key and the number of its receipt. */
export interface NewEvent { row: EventRow, owner: Owner, receiptId: number }

const NAMES = `owner_id, source_id, receipt_id, ${EVENT_COLUMN_NAMES}`
const TYPES = ['int2', 'int4', 'int8', ...STORED_COLUMNS.map(({ type }) => type)]

// Keys are taken in the order of all other writers, events before receipts: Postgres would begin with the receipts.
const APPEND = `
  WITH sent AS MATERIALIZED (
    SELECT * FROM unnest(${TYPES.map((type, i) => `$${i + 1}::${type}[]`).join(', ')}) AS row(${NAMES})
  ),
  stored AS (INSERT INTO event (${NAMES}) SELECT ${NAMES} FROM sent RETURNING id),
  pending AS (${insertPendingOf('sent')}),
  details AS (${insertPendingDetailsOf('sent')})
  ${insertReceiptsFrom(1 + TYPES.length)}
  WHERE (SELECT refuse_unkept(array_agg(source_id), array_agg(authority_id), array_agg(local_date),
    (SELECT count(*) FROM stored)) FROM sent)`

/**
 * Writes a few new events, their effect on the rollups and their receipts in one statement, which is a transaction of
 * its own. One round trip instead of seven: with an event a request, each of those waits behind the reading of other
 * requests. If one event is stored already, or of a closed day, Postgres refuses all of them.
 */
export async function appendFew (
  pool: pg.Pool, events: readonly NewEvent[], receipts: readonly ReceiptRow[]
): Promise<void> {
  await pool.query({
    name: 'append-few',
    text: APPEND,
    values: [
      int2Array(events, ({ owner }) => owner.ownerId),
      int4Array(events, ({ owner }) => owner.sourceId),
      int8Array(events, ({ receiptId }) => receiptId),
      ...encodeEvents(events.map(({ row }) => row)),
      ...receiptValues(receipts)
    ]
  })
}
