import pg from 'pg'
import type { RowError } from '../../errors.ts'
import { CopyWriter, copyStep } from '../../postgres/copy-writer.ts'
import { runPipeline, type Step } from '../../postgres/pipeline.ts'

/** What became of a batch. */
export interface ReceiptRow {
  id: number
  sourceId: number
  receivedAt: Date
  received: number
  stored: number
  duplicates: number
  revised: number
  rejected: number
  /** The first of them, as an answer lists them. */
  errors: RowError[]
  errorsTotal: number
  idempotencyKey: string | null
  bodyHash: Buffer | null
}

const COLUMNS =
  `id, source_id AS "sourceId", received_at AS "receivedAt", received, stored, duplicates, revised, rejected,
  errors, errors_total AS "errorsTotal", idempotency_key AS "idempotencyKey", body_hash AS "bodyHash"`

const WRITTEN = [
  'id',
  'source_id',
  'received',
  'stored',
  'duplicates',
  'revised',
  'rejected',
  'errors_total',
  'received_at',
  'errors',
  'idempotency_key',
  'body_hash'
]
const MOST_FIXED_BYTES = 2 * 12 + 7 * 8 + 5 + 4 + 4 + 32

/** The step that writes receipts, many in one. */
export function receiptStep (receipts: readonly ReceiptRow[]): Step {
  const writer = new CopyWriter(receipts.length * 128)
  for (
    const {
      id,
      sourceId,
      received,
      stored,
      duplicates,
      revised,
      rejected,
      errorsTotal,
      receivedAt,
      errors,
      idempotencyKey,
      bodyHash
    } of receipts
  ) {
    const errorBytes = errors.length === 0 ? NO_ERRORS : Buffer.from(`${JSONB_VERSION}${JSON.stringify(errors)}`)
    writer.row(WRITTEN.length, MOST_FIXED_BYTES + errorBytes.length + (idempotencyKey?.length ?? 0))
    writer.int8(id)
    for (const number of [sourceId, received, stored, duplicates, revised, rejected, errorsTotal]) writer.int4(number)
    writer.timestamptz(receivedAt.getTime())
    writer.bytes(errorBytes)
    if (idempotencyKey === null) writer.none()
    else writer.ascii(idempotencyKey)
    if (bodyHash === null) writer.none()
    else writer.bytes(bodyHash)
  }
  return copyStep('receipt', WRITTEN, [writer.written])
}

const JSONB_VERSION = '\u0001' // how the binary form begins
const NO_ERRORS = Buffer.from(`${JSONB_VERSION}[]`)

export async function insertReceipt (client: pg.ClientBase, receipt: ReceiptRow): Promise<void> {
  await runPipeline(client, [receiptStep([receipt])])
}

/** So many receipt numbers. Numbers that are not used leave a gap, which means nothing. */
export async function drawReceiptIds (client: pg.Pool | pg.ClientBase, count: number): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>({
    name: 'draw-receipt-ids', text: "SELECT nextval('receipt_id') AS id FROM generate_series(1, $1)", values: [count]
  })
  return rows.map(({ id }) => id)
}

export async function drawReceiptId (client: pg.ClientBase): Promise<number> {
  const [id] = await drawReceiptIds(client, 1)
  if (id === undefined) throw new Error('draw-receipt-ids gave no row')
  return id
}

export async function findReceipt (
  client: pg.Pool | pg.ClientBase, sourceId: number, id: string
): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(
    `SELECT ${COLUMNS} FROM receipt WHERE source_id = $1 AND id = $2`,
    [sourceId, id]
  )
  return row
}

export async function findReceiptByKey (
  client: pg.Pool | pg.ClientBase, sourceId: number, key: string
): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(
    `SELECT ${COLUMNS} FROM receipt WHERE source_id = $1 AND idempotency_key = $2`,
    [sourceId, key]
  )
  return row
}

/** Whether the receipt `id` is one that this source got for a body of this hash, with no row refused. */
export async function isStoredWhole (
  client: pg.Pool, { id, sourceId, bodyHash }: Pick<ReceiptRow, 'id' | 'sourceId'> & { bodyHash: Buffer }
): Promise<boolean> {
  const { rows } = await client.query({
    name: 'find-whole-receipt',
    text: 'SELECT FROM receipt WHERE id = $1 AND source_id = $2 AND body_hash = $3 AND rejected = 0',
    values: [id, sourceId, bodyHash]
  })
  return rows.length > 0
}

/** Whether an insert failed because the source has used that idempotency key already. */
export function isKeyTaken (error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.table === 'receipt'
}
