import type { FastifyRequest } from 'fastify'
import { countCodes, type CodeCounts, type ProblemError } from '../../errors.ts'
import type { Receipt } from '../../intake/receipt.ts'

export type RowKind = 'event' | 'observation' | 'record'

/** What became of the rows that a request brought, for its line and for the counters: numbers and codes, no content. */
export interface RowsOutcome {
  kind: RowKind
  received: number
  stored: number
  duplicates?: number
  revised?: number
  rejected?: number
  /** How many errors of each code there were. */
  codes?: CodeCounts
  receipt?: number
  /** How long before this the newest event of a batch happened. */
  lag_seconds?: number
  dry_run?: true
  /** The answer is that of an earlier request with the same Idempotency-Key. */
  again?: true
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the rows are that the route takes. */
    rows?: RowKind
  }
  interface FastifyRequest {
    rows: RowsOutcome | null
  }
}

const kindOf = ({ routeOptions: { config } }: FastifyRequest): RowKind => config.rows ?? 'event'

/** Notes what became of a batch, and gives its receipt on. */
export function noteReceipt (request: FastifyRequest, receipt: Receipt & { lagMs?: number }): Receipt {
  const { id, received, stored, duplicates, revised, rejected, errors, again = false, lagMs = Infinity } = receipt
  request.rows = {
    kind: kindOf(request),
    received,
    stored,
    duplicates,
    revised,
    rejected,
    ...(errors.length > 0 && { codes: countCodes(errors) }),
    ...(id === null ? { dry_run: true } : { receipt: id }),
    ...(lagMs !== Infinity && { lag_seconds: Math.max(0, Math.round(lagMs / 1000)) }),
    ...(again && { again })
  }
  return receipt
}

/** Notes a batch of which nothing was stored. */
export function noteRefusedRows (
  request: FastifyRequest, { received, codes }: NonNullable<ProblemError['rows']>
): void {
  request.rows = { kind: kindOf(request), received, stored: 0, rejected: received, codes }
}

/** Notes that so many records were taken: all of a body, or none. */
export function noteRecords (request: FastifyRequest, received: number): void {
  request.rows = { kind: 'record', received, stored: received }
}
