import { copyParts, microseconds, POSTGRES_EPOCH_DAY, writeInt8 } from '../copy-rows.ts'
import type { Step } from '../pipeline.ts'
import type { EventRow, Owner } from './row.ts'

// Those of a fixed width first; every one is written by `encodeNewEvents` in this order.
const COLUMNS = [
  'occurred_at', 'receipt_id', 'source_id', 'local_date', 'ward_id', 'street', 'count', 'revision', 'owner_id', 'authority_id', 'service_id',
  'provider_id', 'type', 'channel_id', 'outcome', 'avoidable', 'amount_pence', 'duration_seconds', 'attributes', 'id'
]
const FIXED_BYTES = 2 + 2 * 12 + 6 * 8 + 7 * 6 + 5
const MOST_OPTIONAL_BYTES = 12 + 8 + 4 + 1 + 4
const NULL_LENGTH = -1
const JSONB_VERSION = 1

/**
 * Appends events none of which is stored: COPY fails as a whole if one is. Half the cost of INSERT with arrays. Each part
 * comes from `encodeNewEvents`.
 */
export function copyEvents (parts: readonly Buffer[]): Step {
  return copyParts('event', COLUMNS, parts)
}

/**
 * New events of one owner as rows of a COPY, for `copyEvents`. Sorted by id, so that no two writers wait for each other in
 * a circle. Written by hand into one buffer: this is the hottest loop of the service.
 */
export function encodeNewEvents (rows: readonly EventRow[], owner: Owner, receiptId: number): Buffer {
  let size = 0
  for (const row of rows) size += FIXED_BYTES + MOST_OPTIONAL_BYTES + row.id.length + (row.attributes?.length ?? 0)
  const buffer = Buffer.allocUnsafe(size)
  const view = new DataView(buffer.buffer, buffer.byteOffset, size)
  let at = 0
  const int8 = (value: number): void => {
    view.setInt32(at, 8)
    writeInt8(view, at + 4, value)
    at += 12
  }
  const int4 = (value: number): void => {
    view.setInt32(at, 4)
    view.setInt32(at + 4, value)
    at += 8
  }
  const int2 = (value: number): void => {
    view.setInt32(at, 2)
    view.setInt16(at + 4, value)
    at += 6
  }
  const none = (): void => {
    view.setInt32(at, NULL_LENGTH)
    at += 4
  }
  // Ids and attributes are ASCII by their schema; for texts this short a loop beats a call into the runtime.
  const ascii = (text: string): void => {
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i)
  }
  for (const row of rows) {
    view.setInt16(at, COLUMNS.length)
    at += 2
    int8(microseconds(row.occurredAt))
    int8(receiptId)
    int4(owner.sourceId)
    int4(row.localDay - POSTGRES_EPOCH_DAY)
    int4(row.wardId)
    int4(row.street)
    int4(row.count)
    int4(row.revision)
    int2(owner.ownerId)
    int2(row.authorityId)
    int2(row.serviceId)
    int2(row.providerId)
    int2(row.type)
    int2(row.channelId)
    int2(row.outcome)
    view.setInt32(at, 1)
    view.setInt8(at + 4, row.avoidable ? 1 : 0)
    at += 5
    if (row.amountPence === null) none()
    else int8(row.amountPence)
    if (row.durationSeconds === null) none()
    else int4(row.durationSeconds)
    if (row.attributes === null) {
      none()
    } else {
      view.setInt32(at, row.attributes.length + 1)
      view.setInt8(at + 4, JSONB_VERSION)
      at += 5
      ascii(row.attributes)
    }
    view.setInt32(at, row.id.length)
    at += 4
    ascii(row.id)
  }
  return buffer.subarray(0, at)
}
