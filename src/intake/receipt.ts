import { countCodes, ProblemError, ROW_ERRORS_LISTED, type ErrorCode, type RowError } from '../errors.ts'
import type { CountedWord } from './refusals/refusals.ts'
import type { ReceiptRow } from './store/receipts.ts'

type NotTold = 'ownerId' | 'sourceId' | 'receivedAt' | 'idempotencyKey' | 'bodyHash'

/** What became of a batch. */
export interface Receipt extends Omit<ReceiptRow, 'id' | NotTold> {
  /** Null for a dry run. */
  id: number | null
  /** It was given before, for the same Idempotency-Key. */
  again?: boolean
}

/** The refusal of a whole batch: 409 where its only fault is to contradict what is stored, else 422. */
export function rejectBatch (errors: RowError[], received: number): BatchRefused {
  const conflicts = errors.every(({ code }) => code === 'conflict' || code === 'stale-revision')
  const code = conflicts ? 'conflict' : 'rows-rejected'
  const rows = new Set(errors.map(({ index }) => index)).size
  return new BatchRefused(
    code,
    `${rows} ${rows === 1 ? 'row was' : 'rows were'} refused, so nothing of this batch was stored.`,
    errors,
    received
  )
}

/** A batch of which nothing was stored because some rows of it are bad. */
export class BatchRefused extends ProblemError {
  readonly errors: readonly RowError[]
  readonly received: number
  /** Words of it that were not known. */
  words: CountedWord[] = []

  constructor (code: ErrorCode, detail: string, errors: readonly RowError[], received: number) {
    super(code, detail, { errors: errors.slice(0, ROW_ERRORS_LISTED), errors_total: errors.length })
    this.errors = errors
    this.received = received
    this.rows = { received, codes: countCodes(errors) }
  }
}

export function receiptFromRow ({
  id, received, stored, duplicates, revised, rejected, errors, errorsTotal, older, voided, warnings = null,
  mapping = null
}: ReceiptRow): Receipt {
  return { id, received, stored, duplicates, revised, rejected, errors, errorsTotal, older, voided, warnings, mapping }
}
