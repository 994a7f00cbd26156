import pg from 'pg'
import { copyRows, int4Field, int8Field, jsonbField, microseconds } from './copy-rows.ts'
import { runPipeline, type Step } from './pipeline.ts'

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
  errors: unknown[]
  idempotencyKey: string | null
  bodyHash: Buffer | null
}

const COLUMNS = `id, source_id AS "sourceId", received_at AS "receivedAt", received, stored, duplicates, revised, rejected,
  errors, idempotency_key AS "idempotencyKey", body_hash AS "bodyHash"`

/** The step that writes receipts, many in one. */
export function receiptStep (receipts: readonly ReceiptRow[]): Step {
  const columns = ['id', 'source_id', 'received_at', 'received', 'stored', 'duplicates', 'revised', 'rejected', 'errors', 'idempotency_key', 'body_hash']
  return copyRows('receipt', columns, receipts.map((receipt) => [
    int8Field(receipt.id), int4Field(receipt.sourceId), int8Field(microseconds(receipt.receivedAt.getTime())), int4Field(receipt.received),
    int4Field(receipt.stored), int4Field(receipt.duplicates), int4Field(receipt.revised), int4Field(receipt.rejected),
    jsonbField(JSON.stringify(receipt.errors)), receipt.idempotencyKey === null ? null : Buffer.from(receipt.idempotencyKey), receipt.bodyHash
  ]))
}

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

export async function findReceipt (client: pg.Pool | pg.ClientBase, sourceId: number, id: string): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(`SELECT ${COLUMNS} FROM receipt WHERE source_id = $1 AND id = $2`, [sourceId, id])
  return row
}

export async function findReceiptByKey (client: pg.Pool | pg.ClientBase, sourceId: number, key: string): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(`SELECT ${COLUMNS} FROM receipt WHERE source_id = $1 AND idempotency_key = $2`, [sourceId, key])
  return row
}

/** Whether an insert failed because the source has used that idempotency key already. */
export function isKeyTaken (error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.table === 'receipt'
}
