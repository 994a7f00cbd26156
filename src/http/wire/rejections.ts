import type { StoredRejection } from '../../quarantine/store/rejections.ts'
import { contentOf } from '../../quarantine/read-kept.ts'
import { expiresAt } from '../../quarantine/expiry.ts'
import type { Place } from '../../quarantine/store/rejections.ts'

export const idOf = ({ receiptId, index }: Place): string => `${receiptId}-${index}`

/** Takes the id of a rejection apart. */
export function placeOf (id: string): Place {
  const [receiptId = NaN, index = NaN] = id.split('-').map(Number)
  return { receiptId, index }
}

export const rejectionToWire = (rejection: StoredRejection) => ({
  id: idOf(rejection),
  kind: rejection.kind,
  state: rejection.state,
  receipt: String(rejection.receiptId),
  index: rejection.index,
  line: rejection.line,
  mapping: rejection.mapping === null ? null : { name: rejection.mapping, version: rejection.mappingVersion ?? 0 },
  received_at: rejection.receivedAt.toISOString(),
  expires_at: expiresAt(rejection.receivedAt).toISOString(),
  row: contentOf(rejection),
  errors: rejection.errors.map((error) => ({ index: rejection.index, ...error })),
  attempts: rejection.attempts,
  replayed_at: rejection.replayedAt?.toISOString() ?? null,
  replay_receipt: rejection.replayReceiptId === null ? null : String(rejection.replayReceiptId)
})
