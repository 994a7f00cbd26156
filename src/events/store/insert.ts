import type pg from 'pg'
import type { EventRow } from '../columns.ts'
import { encodeEvents, EVENT_COLUMN_NAMES, unnestEvents } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

const INSERT = `
  INSERT INTO event (owner_id, source_id, receipt_id, ${EVENT_COLUMN_NAMES})
  SELECT $1::int2, $2::int4, $3::int8, ${EVENT_COLUMN_NAMES} FROM ${unnestEvents(4)}
  ON CONFLICT DO NOTHING RETURNING id`

/**
 * Inserts the rows whose key is not stored yet, and returns their ids; the others are left alone. Rows sorted by id, so
 * that no two writers wait for each other in a circle; ids distinct.
 */
export async function insertEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[], receiptId: number
): Promise<Set<string>> {
  const { rows: inserted } = await client.query<{ id: string }>({
    name: 'insert-events', text: INSERT, values: [ownerId, sourceId, receiptId, ...encodeEvents(rows)]
  })
  return new Set(inserted.map(({ id }) => id))
}
