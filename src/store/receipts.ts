import pg from 'pg'

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

export async function insertReceipt (client: pg.ClientBase, receipt: ReceiptRow): Promise<void> {
  await client.query({
    name: 'insert-receipt',
    text: `INSERT INTO receipt (id, source_id, received_at, received, stored, duplicates, revised, rejected, errors,
      idempotency_key, body_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [receipt.id, receipt.sourceId, receipt.receivedAt, receipt.received, receipt.stored, receipt.duplicates,
      receipt.revised, receipt.rejected, JSON.stringify(receipt.errors), receipt.idempotencyKey, receipt.bodyHash]
  })
}

/** A receipt number for a batch of which no row reached the event table. */
export async function drawReceiptId (client: pg.ClientBase): Promise<number> {
  const { rows: [row] } = await client.query<{ id: number }>("SELECT nextval('receipt_id') AS id")
  if (row === undefined) throw new Error('no receipt id')
  return row.id
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
