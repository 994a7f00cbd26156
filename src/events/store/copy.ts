import type pg from 'pg'
import { writeValue } from '../../postgres/binary-writer.ts'
import { copyRows } from '../../postgres/copy-rows.ts'
import { CopyWriter } from '../../postgres/copy-writer.ts'
import { COLUMNS, type EventRow } from '../columns.ts'
import type { Owner } from './row.ts'

const COPIED = ['owner_id', 'source_id', 'receipt_id', ...COLUMNS.map(({ name }) => name)]
const KEY_BYTES = 6 + 8 + 12
const USUAL_BYTES = 220

/** Events of one batch, sorted by id, so that no two writers wait for each other in a circle. */
export interface NewEvents { owner: Owner, receiptId: number, rows: readonly EventRow[] }

/**
 * Appends events none of which is stored: the COPY fails as a whole if one is. Half the cost of INSERT with arrays.
 */
export async function copyEvents (client: pg.ClientBase, batches: readonly NewEvents[]): Promise<void> {
  const writer = new CopyWriter(batches.reduce((sum, { rows }) => sum + rows.length, 0) * USUAL_BYTES)
  for (const { owner, receiptId, rows } of batches) {
    for (const row of rows) {
      writer.row(COPIED.length, KEY_BYTES)
      writer.int2(owner.ownerId)
      writer.int4(owner.sourceId)
      writer.int8(receiptId)
      for (const { type, field } of COLUMNS) writeValue(writer, type, row[field])
    }
  }
  await copyRows(client, 'event', COPIED, writer.written)
}
