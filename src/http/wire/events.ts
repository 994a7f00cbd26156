import { ROW_ERRORS_LISTED } from '../../errors.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { COLUMNS } from '../../events/columns.ts'
import type { StoredEvent } from '../../events/store/read.ts'
import type { Receipt } from '../../intake/receipt.ts'

export function receiptToWire ({ id, received, stored, duplicates, revised, rejected, errors, errorsTotal }: Receipt) {
  return {
    receipt: id === null ? null : String(id),
    received,
    stored,
    duplicates,
    revised,
    rejected,
    errors: errors.slice(0, ROW_ERRORS_LISTED),
    errors_total: errorsTotal
  }
}

const SHOWN = COLUMNS.filter(({ field }) => field !== 'id')

function versionToWire (event: StoredEvent, directory: Directory) {
  return {
    ...Object.fromEntries(SHOWN.map(({ field, json, show }) => [json, show(event[field] as never, directory)])),
    voided_at: event.voidedAt?.toISOString() ?? null,
    receipt: String(event.receiptId)
  }
}

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
