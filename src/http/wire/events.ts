import { ROW_ERRORS_LISTED } from '../../errors.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { COLUMNS } from '../../events/columns.ts'
import type { ListedEvent } from '../../events/store/list.ts'
import type { StoredEvent } from '../../events/store/read.ts'
import { receiptFromRow, type Receipt } from '../../intake/receipt.ts'
import type { ReceiptRow } from '../../intake/store/receipts.ts'

export function receiptToWire (
  {
    id, received, stored, duplicates, revised, rejected, errors, errorsTotal, older, voided, warnings, mapping
  }: Receipt
) {
  return {
    receipt: id === null ? null : String(id),
    received,
    stored,
    duplicates,
    revised,
    rejected,
    errors: errors.slice(0, ROW_ERRORS_LISTED),
    errors_total: errorsTotal,
    ...older !== null && { older },
    ...voided !== null && { voided },
    ...warnings != null && { warnings },
    ...mapping != null && { mapping }
  }
}

/** A receipt of a list, without its errors. */
export function listedReceiptToWire (row: ReceiptRow) {
  const { errors: _, ...counts } = receiptToWire(receiptFromRow(row))
  return { ...counts, receipt: String(row.id), received_at: row.receivedAt.toISOString() }
}

const SHOWN = COLUMNS.filter(({ field }) => field !== 'id')

function versionToWire (event: StoredEvent, directory: Directory) {
  return {
    ...Object.fromEntries(SHOWN.map(({ field, json, show }) => [json, show(event[field] as never, directory)])),
    voided_at: event.voidedAt?.toISOString() ?? null,
    receipt: String(event.receiptId)
  }
}

/** An event of a list, without its history. */
export const listedEventToWire = (event: ListedEvent, directory: Directory) => ({
  id: event.id, ...versionToWire(event, directory), received_at: event.receivedAt?.toISOString() ?? null
})

/** The version in force with those before it. */
export function eventToWire ([current, ...earlier]: [StoredEvent, ...StoredEvent[]], directory: Directory) {
  return {
    id: current.id,
    ...versionToWire(current, directory),
    history: earlier.map((event) => ({
      ...versionToWire(event, directory), replaced_at: event.replacedAt?.toISOString() ?? ''
    }))
  }
}
