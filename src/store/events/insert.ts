import type pg from 'pg'
import { encodeEvents, EVENT_COLUMN_NAMES, unnestEvents, type EventRow, type Owner } from './row.ts'

// The receipt's number is drawn here, by the first statement of a batch, so that every row can carry it.
const INSERT = `
  WITH receipt AS MATERIALIZED (SELECT nextval('receipt_id') AS id),
  inserted AS (
    INSERT INTO event (owner_id, source_id, receipt_id, ${EVENT_COLUMN_NAMES})
    SELECT $1::int2, $2::int4, (SELECT id FROM receipt), ${EVENT_COLUMN_NAMES} FROM ${unnestEvents(3)}
    ON CONFLICT DO NOTHING
    RETURNING 1
  )
  SELECT (SELECT id FROM receipt) AS "receiptId", (SELECT count(*) FROM inserted) AS inserted`

/**
 * Inserts the rows whose key is not stored yet; the others are left alone. Rows sorted by id, so that
 * no two writers wait for each other in a circle; ids distinct.
 */
export async function insertEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[]
): Promise<{ receiptId: number, inserted: number }> {
  const { rows: [result] } = await client.query<{ receiptId: number, inserted: number }>({
    name: 'insert-events', text: INSERT, values: [ownerId, sourceId, ...encodeEvents(rows)]
  })
  if (result === undefined) throw new Error('insert-events gave no row')
  return result
}
