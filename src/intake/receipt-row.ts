import type { Source } from '../catalogue/directory.ts'
import type { RowError } from '../errors.ts'
import { isUnnumbered, type Repeats } from './repeats.ts'
import type { ReceiptRow } from './store/receipts.ts'
import { placed, type FileRead } from './placed.ts'

interface SentBatch {
  source: Source
  received: number
  at: Date
  repeats: Repeats
  idempotency: { key: string, bodyHash: Buffer } | undefined
  file?: FileRead | undefined
}

/** What became of a batch: `older` and `voided` are told where it asked for what they count. */
interface Counts extends Pick<ReceiptRow, 'stored' | 'duplicates' | 'revised'> {
  older?: number
  voided?: number
  errors: RowError[]
}

/** The receipt of a batch as it is stored; what is neither stored, revised, repeated nor passed over was rejected. */
export function receiptRow (
  { source, received, at, idempotency, repeats, file }: SentBatch,
  id: number,
  { errors, older = 0, voided = 0, ...counts }: Counts
): ReceiptRow {
  return {
    id,
    ownerId: source.authority_id,
    sourceId: source.id,
    receivedAt: at,
    received,
    ...counts,
    rejected: received - counts.stored - counts.duplicates - counts.revised - older,
    errors: placed(errors, file),
    errorsTotal: errors.length,
    older: isUnnumbered(repeats) ? older : null,
    voided: repeats.period === undefined ? null : voided,
    warnings: file?.warnings ?? null,
    mapping: file?.mapping ?? null,
    idempotencyKey: idempotency?.key ?? null,
    bodyHash: idempotency?.bodyHash ?? null
  }
}
