import type pg from 'pg'
import { textArray } from '../../postgres/binary-array.ts'
import type { EventRow } from '../columns.ts'
import { CONTENT_COLUMNS, encodeEvents, selectRow, STORED_COLUMN_NAMES, unnestEvents } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

const LOCK = `
  SELECT ${selectRow('event')}, voided_at IS NOT NULL AS voided, revision AS ordinal
  FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = ANY ($3::text[])
  ORDER BY id FOR UPDATE`

export interface LockedEvent extends EventRow { voided: boolean, ordinal: number }

/**
 * Locks stored events, in key order, and returns them, so that the rollups can lose them. Ids that are not stored are
 * left out.
 */
export async function lockEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[]
): Promise<LockedEvent[]> {
  const { rows } = await client.query<LockedEvent>({
    name: 'lock-events', text: LOCK, values: [ownerId, sourceId, textArray(ids, (id) => id)]
  })
  return rows
}

const REVISE = `
  WITH history AS (
    INSERT INTO event_history (${STORED_COLUMN_NAMES}, replaced_at)
    SELECT ${STORED_COLUMN_NAMES}, $4::timestamptz FROM event
    WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = ANY ($5::text[])
  )
  UPDATE event SET receipt_id = $3::int8, revision = row.revision, sent_revision = row.sent_revision, voided_at = NULL,
    ${CONTENT_COLUMNS.map((name) => `${name} = row.${name}`).join(', ')}
  FROM ${unnestEvents(5)}
  WHERE event.owner_id = $1::int2 AND event.source_id = $2::int4 AND event.id = row.id`

/**
 * Replaces locked events by newer versions, which know the ordinals of those that they replace; what they said before
 * goes to the history. A void ends by it.
 */
export async function reviseEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[], receiptId: number, at: Date
): Promise<void> {
  await client.query({
    name: 'revise-events', text: REVISE, values: [ownerId, sourceId, receiptId, at, ...encodeEvents(rows)]
  })
}

/** Withdraws locked events. They stay, marked; the rollups must lose them in the same transaction. */
export async function voidEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[], at: Date
): Promise<void> {
  await client.query({
    name: 'void-events',
    text:
      'UPDATE event SET voided_at = $4 WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = ANY ($3::text[])',
    values: [ownerId, sourceId, textArray(ids, (id) => id), at]
  })
}

/** The ids of all events of a source that count, sorted. */
export async function countingEventIds (client: pg.ClientBase, { ownerId, sourceId }: Owner): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM event WHERE owner_id = $1 AND source_id = $2 AND voided_at IS NULL ORDER BY id', [ownerId, sourceId]
  )
  return rows.map(({ id }) => id)
}
