import type { RowError } from '../errors.ts'
import type { ReceiptRow } from './store/receipts.ts'
import type { CheckedBatch } from './accept-batch.ts'

/** The receipt of a batch as it is stored; what is neither stored, revised nor a duplicate was rejected. */
export function receiptRow (
  { source, received, at, idempotency }: CheckedBatch<unknown>, id: number,
  { errors, ...counts }: Pick<ReceiptRow, 'stored' | 'duplicates' | 'revised'> & { errors: RowError[] }
): ReceiptRow {
  return {
    id,
    sourceId: source.id,
    receivedAt: at,
    received,
    ...counts,
    rejected: received - counts.stored - counts.duplicates - counts.revised,
    errors,
    errorsTotal: errors.length,
    idempotencyKey: idempotency?.key ?? null,
    bodyHash: idempotency?.bodyHash ?? null
  }
}
