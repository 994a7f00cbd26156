import type pg from 'pg'
import type { EventRow } from '../columns.ts'
import { SELECT_ROW, type Owner } from './row.ts'

/** One stored version of an event, names still as ids. `replacedAt` is null for the version in force. */
export interface StoredEvent extends EventRow { voidedAt: Date | null, replacedAt: Date | null, receiptId: number }

const COLUMNS = `${SELECT_ROW}, voided_at AS "voidedAt", receipt_id AS "receiptId"`
const KEY = 'owner_id = $1 AND source_id = $2 AND id = $3'

/** Every version of an event, the one in force first, then back in time; empty if it was never stored. */
export async function readEvent (
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId }: Owner, id: string
): Promise<StoredEvent[]> {
  const { rows } = await client.query<StoredEvent>(
    `
    SELECT ${COLUMNS}, NULL::timestamptz AS "replacedAt" FROM event WHERE ${KEY}
    UNION ALL SELECT ${COLUMNS}, replaced_at FROM event_history WHERE ${KEY}
    ORDER BY revision DESC`,
    [ownerId, sourceId, id]
  )
  return rows
}
