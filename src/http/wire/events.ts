import { UNKNOWN, type Directory } from '../../catalogue/directory.ts'
import { OUTCOME_OF_CODE, TYPE_OF_CODE } from '../../domain/event.ts'
import type { Receipt } from '../../intake/receipt.ts'
import type { StoredEvent } from '../../events/store/read.ts'

export function receiptToWire ({ id, received, stored, duplicates, revised, rejected, errors, errorsTotal }: Receipt) {
  return {
    receipt: id === null ? null : String(id),
    received,
    stored,
    duplicates,
    revised,
    rejected,
    errors,
    errors_total: errorsTotal
  }
}

function versionToWire (event: StoredEvent, directory: Directory) {
  return {
    revision: event.revision,
    type: TYPE_OF_CODE.get(event.type) ?? '',
    authority: directory.authorityById.get(event.authorityId)?.slug ?? '',
    service: directory.serviceById.get(event.serviceId)?.slug ?? '',
    occurred_at: event.occurredAt.toISOString(),
    local_date: event.localDate,
    channel: directory.channelById.get(event.channelId)?.slug ?? '',
    outcome: OUTCOME_OF_CODE.get(event.outcome) ?? '',
    count: event.count,
    ward: directory.areaById.get(event.wardId)?.code ?? UNKNOWN,
    street: event.street === 0 ? null : event.street,
    amount_pence: event.amountPence,
    duration_seconds: event.durationSeconds,
    provider: directory.authorityById.get(event.providerId)?.slug ?? null,
    avoidable: event.avoidable,
    attributes: event.attributes ?? {},
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
