import pg from 'pg'
import { asciiArray, int4Array, int8Array, jsonbArray, timestamptzArray } from './binary-array.ts'
import type { Step } from './pipeline.ts'

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

const INSERT = `
  INSERT INTO receipt (id, source_id, received_at, received, stored, duplicates, revised, rejected, errors, idempotency_key, body_hash)
  SELECT id, source_id, received_at, received, stored, duplicates, revised, rejected, errors, nullif(key, ''), decode(nullif(hash, ''), 'hex')
  FROM unnest($1::int8[], $2::int4[], $3::timestamptz[], $4::int4[], $5::int4[], $6::int4[], $7::int4[], $8::int4[], $9::jsonb[], $10::text[], $11::text[])
    AS row(id, source_id, received_at, received, stored, duplicates, revised, rejected, errors, key, hash)`

/** The statement that writes receipts, many in one. */
export function receiptStep (receipts: readonly ReceiptRow[]): Step {
  return {
    name: 'insert-receipts',
    text: INSERT,
    values: [
      int8Array(receipts, ({ id }) => id),
      int4Array(receipts, ({ sourceId }) => sourceId),
      timestamptzArray(receipts, ({ receivedAt }) => receivedAt.getTime()),
      int4Array(receipts, ({ received }) => received),
      int4Array(receipts, ({ stored }) => stored),
      int4Array(receipts, ({ duplicates }) => duplicates),
      int4Array(receipts, ({ revised }) => revised),
      int4Array(receipts, ({ rejected }) => rejected),
      jsonbArray(receipts, ({ errors }) => errors.length === 0 ? '[]' : JSON.stringify(errors)),
      asciiArray(receipts, ({ idempotencyKey }) => idempotencyKey ?? ''),
      asciiArray(receipts, ({ bodyHash }) => bodyHash?.toString('hex') ?? '')
    ]
  }
}

export async function insertReceipt (client: pg.ClientBase, receipt: ReceiptRow): Promise<void> {
  const { name, text, values = [] } = receiptStep([receipt])
  await client.query({ name, text, values })
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
