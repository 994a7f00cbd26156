import type pg from 'pg'
import type { EventRow } from '../columns.ts'
import { selectRow } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

/** One stored version of an event, names still as ids. `replacedAt` is null for the version in force. */
export interface StoredEvent extends EventRow { voidedAt: Date | null, replacedAt: Date | null, receiptId: number }

const columns = (table: string): string =>
  `${selectRow(table)}, ${table}.voided_at AS "voidedAt", ${table}.receipt_id AS "receiptId"`
const KEY = 'owner_id = $1 AND source_id = $2 AND id = $3'

/** Every version of an event, the one in force first, then back in time; empty if it was never stored. */
export async function readEvent (
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId }: Owner, id: string
): Promise<StoredEvent[]> {
  const { rows } = await client.query<StoredEvent>(
    `
    SELECT ${columns('event')}, NULL::timestamptz AS "replacedAt", revision AS ordinal FROM event WHERE ${KEY}
    UNION ALL SELECT ${columns('event_history')}, replaced_at, revision FROM event_history WHERE ${KEY}
    ORDER BY ordinal DESC`,
    [ownerId, sourceId, id]
  )
  return rows
}
