import pg from 'pg'
import { ROW_ERRORS_LISTED, type RowError, type RowWarning } from '../../errors.ts'
import { arrayOf } from '../../postgres/binary-array.ts'
import { writeValue, type BinaryWriter, type PgType, type Written } from '../../postgres/binary-writer.ts'
import type { Copy } from '../../postgres/copy-together.ts'
import { CopyWriter } from '../../postgres/copy-writer.ts'
import type { Owner } from '../owner.ts'

/** What became of a batch. */
export interface ReceiptRow {
  id: number
  /** The authority of the source. */
  ownerId: number
  sourceId: number
  receivedAt: Date
  received: number
  stored: number
  duplicates: number
  revised: number
  rejected: number
  /** All of them; what is stored of them, and what an answer lists, are the first. */
  errors: RowError[]
  errorsTotal: number
  /** Rows passed over since what is stored is newer; null: the batch did not ask for that. */
  older: number | null
  /** What was withdrawn with the batch; null: it did not ask for that. */
  voided: number | null
  /** What was noticed in a file; null or left out: nothing, or it was none. */
  warnings?: RowWarning[] | null
  /** What the file was read through. */
  mapping?: { name: string, version: number } | null
  idempotencyKey: string | null
  bodyHash: Buffer | null
}

interface Column {
  name: string
  field: keyof ReceiptRow
  type: PgType
  encode: (receipts: readonly ReceiptRow[]) => Buffer
  write: (writer: BinaryWriter, receipt: ReceiptRow) => void
}

function column<P extends PgType> (
  name: string, field: keyof ReceiptRow, type: P, pick: (receipt: ReceiptRow) => Written[P] | null
): Column {
  return {
    name,
    field,
    type,
    encode: (receipts) => arrayOf(type)(receipts, pick),
    write: (writer, receipt) => writeValue(writer, type, pick(receipt))
  }
}

const COLUMNS: readonly Column[] = [
  column('id', 'id', 'int8', ({ id }) => id),
  column('owner_id', 'ownerId', 'int2', ({ ownerId }) => ownerId),
  column('source_id', 'sourceId', 'int4', ({ sourceId }) => sourceId),
  column('received_at', 'receivedAt', 'timestamptz', ({ receivedAt }) => receivedAt.getTime()),
  column('received', 'received', 'int4', ({ received }) => received),
  column('stored', 'stored', 'int4', ({ stored }) => stored),
  column('duplicates', 'duplicates', 'int4', ({ duplicates }) => duplicates),
  column('revised', 'revised', 'int4', ({ revised }) => revised),
  column('rejected', 'rejected', 'int4', ({ rejected }) => rejected),
  column('errors', 'errors', 'jsonb', ({ errors }) => JSON.stringify(errors.slice(0, ROW_ERRORS_LISTED))),
  column('errors_total', 'errorsTotal', 'int4', ({ errorsTotal }) => errorsTotal),
  column('older', 'older', 'int4', ({ older }) => older),
  column('voided', 'voided', 'int4', ({ voided }) => voided),
  column('warnings', 'warnings', 'jsonb', ({ warnings }) => warnings == null ? null : JSON.stringify(warnings)),
  column('mapping', 'mapping', 'jsonb', ({ mapping }) => mapping == null ? null : JSON.stringify(mapping)),
  column('idempotency_key', 'idempotencyKey', 'text', ({ idempotencyKey }) => idempotencyKey),
  column('body_hash', 'bodyHash', 'bytea', ({ bodyHash }) => bodyHash)
]
const NAMES = COLUMNS.map(({ name }) => name).join(', ')
export const receiptColumns = COLUMNS.map(({ name, field }) => `${name} AS "${field}"`).join(', ')

/** The statement that inserts receipts, whose parameters from number `first` are `receiptValues`. */
export const insertReceiptsFrom = (first: number): string => `
  INSERT INTO receipt (${NAMES})
  SELECT ${NAMES} FROM unnest(${COLUMNS.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')}) AS row(${NAMES})`

export const receiptValues = (receipts: readonly ReceiptRow[]): Buffer[] =>
  COLUMNS.map(({ encode }) => encode(receipts))

// Returns something: a cluster would COPY the rows to the nodes otherwise, which row-level security refuses.
const INSERT = `${insertReceiptsFrom(1)} RETURNING 1 AS one`

export async function insertReceipts (client: pg.ClientBase, receipts: readonly ReceiptRow[]): Promise<void> {
  await client.query({ name: 'insert-receipts', text: INSERT, values: receiptValues(receipts) })
}

const USUAL_BYTES = 200

/** Receipts for `copyTogether`. */
export function receiptsToCopy (receipts: readonly ReceiptRow[]): Copy {
  const writer = new CopyWriter(receipts.length * USUAL_BYTES)
  for (const receipt of receipts) {
    writer.row(COLUMNS.length)
    for (const { write } of COLUMNS) write(writer, receipt)
  }
  return { target: { table: 'receipt', columns: COLUMNS.map(({ name }) => name) }, bytes: writer.written }
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
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId }: Owner, id: string
): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(
    `SELECT ${receiptColumns} FROM receipt WHERE owner_id = $1 AND source_id = $2 AND id = $3`,
    [ownerId, sourceId, id]
  )
  return row
}

export async function findReceiptByKey (
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId }: Owner, key: string
): Promise<ReceiptRow | undefined> {
  const { rows: [row] } = await client.query<ReceiptRow>(
    `SELECT ${receiptColumns} FROM receipt WHERE owner_id = $1 AND source_id = $2 AND idempotency_key = $3`,
    [ownerId, sourceId, key]
  )
  return row
}

/** Whether an insert failed because the source has used that idempotency key already. */
export function isKeyTaken (error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'receipt_idempotency_key'
}
