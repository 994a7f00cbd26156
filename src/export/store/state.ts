import { hash } from 'node:crypto'
import type pg from 'pg'
import { historyOf, NODE_STATES, unseenBy, type NodeState } from '../../postgres/epoch.ts'

/** What the database is before an export reads it. */
export interface DatabaseState {
  /** Names its history: after a restore it has another, and where rows were moved to another server. */
  history: string
  /** By server, the number of the first transaction that may not have been seen; of the next one that begins. */
  xmins: Record<string, number>
  nexts: Record<string, number>
  /** Which had ended, of those that write settings: `pg_snapshot` as text. */
  snapshot: string
  /** The newest receipt of what counts, and the newest line of the audit trail: they tell a restored database. */
  receipt: string
  receiptId: number
  audit: string
  auditId: number
}

const RECEIPT = "id || '.' || (extract(epoch FROM received_at) * 1000000)::int8"
const AUDIT = "id || '.' || encode(substring(hash FOR 6), 'hex')"

/** Reads the state: nothing that was committed before it is newer than it says. */
export async function readState (client: pg.Pool | pg.ClientBase): Promise<DatabaseState> {
  const [{ rows: [settings] }, { rows: nodes }, { rows: [newest] }] = await Promise.all([
    client.query<Pick<DatabaseState, 'history' | 'snapshot' | 'audit' | 'auditId'>>(`
      SELECT ${historyOf('series_state', 'event')} AS history, pg_current_snapshot()::text AS snapshot,
        coalesce(audit.audit, '') AS audit, coalesce(audit.id, 0) AS "auditId"
      FROM (SELECT 1) AS now
      LEFT JOIN (SELECT id, ${AUDIT} AS audit FROM audit ORDER BY id DESC LIMIT 1) AS audit ON true`),
    client.query<NodeState>(NODE_STATES),
    client.query<Pick<DatabaseState, 'receipt' | 'receiptId'>>(
      `SELECT id AS "receiptId", ${RECEIPT} AS receipt FROM receipt WHERE source_id > 0 ORDER BY id DESC LIMIT 1`)
  ])
  if (settings === undefined) throw new Error('the state of the database gave no row')
  const history = JSON.stringify([settings.history, nodes.map(({ place, node, files }) => [place, node, files])])
  const shards = [...Map.groupBy(nodes, ({ node }) => node)]
  return {
    ...settings,
    receipt: newest?.receipt ?? '',
    receiptId: newest?.receiptId ?? 0,
    history: hash('sha256', history, 'base64url').slice(0, 16),
    xmins: Object.fromEntries(shards.map(([node, some]) => [node, Math.min(...some.map(({ xmin }) => xmin))])),
    nexts: Object.fromEntries(shards.map(([node, some]) => [node, Math.max(...some.map(({ next }) => next))]))
  }
}

/** Whether what was newest once is still there, as it was. */
export async function hasWitnesses (
  client: pg.Pool | pg.ClientBase,
  { receipt, receiptId, audit, auditId }: Pick<DatabaseState, 'receipt' | 'receiptId' | 'audit' | 'auditId'>
): Promise<boolean> {
  const has = async (table: string, text: string, id: number, was: string): Promise<boolean> =>
    id === 0 || (await client.query(
      `SELECT 1 AS one FROM ${table} WHERE id = $1 AND ${text} = $2 LIMIT 1`, [id, was])).rows.length > 0
  return await has('receipt', RECEIPT, receiptId, receipt) && await has('audit', AUDIT, auditId, audit)
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
