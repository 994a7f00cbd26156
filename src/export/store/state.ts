import { hash } from 'node:crypto'
import type pg from 'pg'
import { historyOf, unseenBy } from '../../postgres/epoch.ts'

/** What the database is before an export reads it. */
export interface DatabaseState {
  /** Names its history: after a restore it has another. */
  history: string
  /** The number of the first transaction that may not have been seen; of the next one that begins. */
  xmin: number
  next: number
  /** Which had ended: `pg_snapshot` as text. */
  snapshot: string
  /** The newest receipt of what counts, and the newest line of the audit trail: they tell a restored database. */
  receipt: string
  receiptId: number
  audit: string
  auditId: number
}

const RECEIPT = "id || '.' || (extract(epoch FROM received_at) * 1000000)::int8"
const AUDIT = "id || '.' || encode(substring(hash FOR 6), 'hex')"

/** Reads the state, as of one snapshot. */
export async function readState (client: pg.Pool | pg.ClientBase): Promise<DatabaseState> {
  const { rows: [row] } = await client.query<DatabaseState>(`
    SELECT ${historyOf('series_state', 'event')} AS history, now.snapshot::text AS snapshot,
      pg_snapshot_xmin(now.snapshot)::text::int8 AS xmin, pg_snapshot_xmax(now.snapshot)::text::int8 AS next,
      coalesce(receipt.receipt, '') AS receipt, coalesce(receipt.id, 0) AS "receiptId",
      coalesce(audit.audit, '') AS audit, coalesce(audit.id, 0) AS "auditId"
    FROM (SELECT pg_current_snapshot() AS snapshot) AS now
    LEFT JOIN (
      SELECT id, ${RECEIPT} AS receipt FROM receipt WHERE source_id > 0 ORDER BY id DESC LIMIT 1
    ) AS receipt ON true
    LEFT JOIN (SELECT id, ${AUDIT} AS audit FROM audit ORDER BY id DESC LIMIT 1) AS audit ON true`)
  if (row === undefined) throw new Error('the state of the database gave no row')
  return { ...row, history: hash('sha256', row.history, 'base64url').slice(0, 16) }
}

/** Whether what was newest once is still there, as it was. */
export async function hasWitnesses (
  client: pg.Pool | pg.ClientBase,
  { receipt, receiptId, audit, auditId }: Pick<DatabaseState, 'receipt' | 'receiptId' | 'audit' | 'auditId'>
): Promise<boolean> {
  const { rows: [row] } = await client.query<{ has: boolean }>(
    `
    SELECT ($1 = 0 OR EXISTS (SELECT FROM receipt WHERE id = $1 AND ${RECEIPT} = $2))
      AND ($3 = 0 OR EXISTS (SELECT FROM audit WHERE id = $3 AND ${AUDIT} = $4)) AS has`,
    [receiptId, receipt, auditId, audit]
  )
  return row?.has ?? false
}

/** What figures depend on beside what was sent. */
const CATALOGUE = [
  'authority', 'service', 'channel', 'area', 'provision', 'disclosure_rule', 'publication_rule', 'authoritative',
  'measure', 'reorganisation', 'attribute', 'channel_class', 'kpi_definition'
]

/** Whether the catalogue changed in a way that figures may show. */
export async function catalogueChanged (
  client: pg.Pool | pg.ClientBase, { snapshot, auditId }: Pick<DatabaseState, 'snapshot' | 'auditId'>
): Promise<boolean> {
  const written = CATALOGUE.map((table) => `EXISTS (SELECT FROM ${table} WHERE ${unseenBy('$1')})`)
  const { rows: [row] } = await client.query<{ changed: boolean }>(
    `
    SELECT (SELECT ${unseenBy('$1')} FROM catalogue_state) AND (
      -- Rows that were removed are seen in the audit trail alone.
      EXISTS (SELECT FROM audit WHERE id > $2 AND (action LIKE 'delete-%' OR action LIKE 'undo-%'))
      OR ${written.join(' OR ')}
    ) AS changed`,
    [snapshot, auditId]
  )
  return row?.changed ?? true
}

/** Whether events of a source were erased, whose ids nobody keeps. */
export async function wereErased (
  client: pg.Pool | pg.ClientBase, { sourceId, snapshot }: { sourceId: number, snapshot: string }
): Promise<boolean> {
  const { rows: [row] } = await client.query<{ erased: boolean }>(
    `SELECT EXISTS (SELECT FROM erasure WHERE source_id = $1 AND events > 0 AND ${unseenBy('$2')}) AS erased`,
    [sourceId, snapshot]
  )
  return row?.erased ?? true
}

/** The secret that watermarks are sealed with: of this database, and of what is restored from it. */
export async function readSecret (client: pg.Pool | pg.ClientBase): Promise<Buffer> {
  const { rows: [row] } = await client.query<{ key: string }>('SELECT key::text AS key FROM release_key')
  if (row === undefined) throw new Error('the key of the releases is gone: restore the table release_key')
  return Buffer.from(hash('sha256', `watermarks of exports ${row.key}`, 'hex'), 'hex')
}
