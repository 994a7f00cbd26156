import { setTimeout as wait } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import { distributedTables } from './cluster/state.ts'
import { OF_AUTHORITIES, OF_DATA_SETS } from './cluster/tables.ts'
import { lockMigrations } from './migration-lock.ts'
import { AUTHORITIES, DATA_SETS, REQUEST_ROLE } from './request-role.ts'
import { RightsMissing } from './rights-missing.ts'

const idsIn = (setting: string, type: 'int2' | 'int4'): string =>
  `string_to_array(current_setting('${setting}', true), ',')::${type}[]`
// In a sub-select, which Postgres works out once a statement and not for each row.
const named = (setting: string, type: 'int2' | 'int4'): string => `ANY ((SELECT ${idsIn(setting, type)})::${type}[])`
const ours = (column: string): string => `${column} = ${named(AUTHORITIES, 'int2')}`
const ofDataSet = (column: string): string => `${column} = ${named(DATA_SETS, 'int4')}`
// A sandbox has the ids of its source and authority with the other sign (catalogue/sandbox.ts).
const ofSandbox = ours('-authority_id')
const ofSource = `source_id IN (SELECT id FROM source WHERE ${ours('authority_id')}
  UNION ALL SELECT -id FROM source WHERE ${ofSandbox})`
// Of several authorities: whoever governs all of them. What is about everybody's has none, and is the operator's.
const ofWebhook = `authorities <@ (SELECT string_to_array(current_setting('${AUTHORITIES}', true), ',')::int2[])`

/** `since`: a column that an early migration does not find yet. */
interface Protected { table: string, rows: string, may: string, since?: string }

const all = (tables: readonly string[], rows: string, may: string): Protected[] =>
  tables.map((table) => ({ table, rows, may }))

const READ = 'SELECT'
const WRITE = 'SELECT, INSERT, UPDATE'
const ALL = 'SELECT, INSERT, UPDATE, DELETE'

/**
 * The tables that hold something of an authority or of a data set, which of their rows a request may see and write, and
 * what it may do. What counts for everybody has no authority, or 0: it is of authority 0.
 */
export const PROTECTED: readonly Protected[] = [
  ...all(['event', 'event_history'], ours('owner_id'), WRITE),
  ...all(['erased_event'], ours('owner_id'), 'SELECT, INSERT'),
  ...all(['rejection', 'unmapped_word'], ours('owner_id'), ALL),
  ...all(['receipt'], ours('owner_id'), 'SELECT, INSERT').map((one) => ({ ...one, since: 'owner_id' })),
  ...all(
    [
      'rollup_pending', 'rollup_week_folded', 'rollup_channel_day_folded', 'rollup_ward_day_folded',
      'rollup_street_month_folded', 'rollup_pending_detail', 'rollup_detail_day_folded',
      'rollup_detail_street_month_folded', 'revised_day', 'release', 'released_year', 'released_count',
      'retention_cut_off'
    ],
    ours('authority_id'),
    READ
  ),
  ...all(['series_state', 'observation_version', 'observation_replacement'], ours('authority_id'), WRITE),
  ...all(['observation', 'annotation'], ours('authority_id'), ALL),
  ...all(['mapping'], ours('authority_id'), WRITE),
  ...all(['erasure'], ours('authority_id'), 'SELECT, INSERT'),
  ...all(['retention_rule'], ours('authority_id'), WRITE),
  ...all(['feed', 'feed_arrival'], ours('authority_id'), READ),
  ...all(['feed_rhythm'], ours('authority_id'), ALL),
  ...all(['webhook'], ofWebhook, ALL),
  ...all(['webhook_message'], `webhook_id IN (SELECT id FROM webhook WHERE ${ofWebhook})`, 'SELECT, INSERT'),
  ...all(
    [
      'area', 'provision', 'authoritative', 'neighbour', 'publication_rule', 'channel_class', 'unit_cost', 'target'
    ],
    ours('authority_id'),
    ALL
  ),
  ...all(['source'], `${ours('authority_id')} OR ${ofSandbox}`, ALL),
  ...all(['disclosure_rule', 'dashboard', 'proposal'], ours('coalesce(authority_id, 0::int2)'), ALL),
  ...all(['data_set', 'audit'], ours('coalesce(authority_id, 0::int2)'), READ),
  ...all(
    ['token'],
    `${ofSource} OR data_set_id IN (SELECT id FROM data_set WHERE ${ours('coalesce(authority_id, 0::int2)')}) OR
      authorities && (SELECT string_to_array(current_setting('${AUTHORITIES}', true), ',')::int2[])`,
    WRITE
  ),
  ...all(['open_worked', 'open_series_row', 'open_kpi_row', 'open_rules'], ours('authority_id'), READ),
  ...all(['record', 'record_rollup', 'data_set_version'], ofDataSet('data_set_id'), READ)
]

/** Views of public figures, for roles that have a right to nothing else: read with the rights of their owner. */
export const OPEN_VIEWS: readonly string[] = ['open_authority', 'open_series', 'open_kpi']

/** What a request may read beside that: names, and views that see what their reader sees. */
const READABLE = ['authority', 'service', 'channel', 'measure', 'attribute']

const POLICY = 'of_the_request'

/**
 * Makes the role and its policies, or makes them anew. A migration that makes one of these tables, or a view over
 * them, calls it again. Throws one sentence that says what to do where the user of the database may make no role.
 * `distributed`: tables whose rows are, or will be, on the nodes of a cluster; left out: as the database says.
 */
export async function protectRows<T> (trx: Kysely<T>, distributed?: ReadonlySet<string>): Promise<void> {
  await makeRequestRole(trx)
  const { rows: relations } = await sql<{ name: string, kind: string }>`
    SELECT relname AS name, relkind AS kind FROM pg_class WHERE relnamespace = current_schema()::regnamespace`
    .execute(trx)
  // An early migration finds no tables of later ones.
  const names = new Set(relations.map(({ name }) => name))
  const { rows: later } = await sql<{ table: string, column: string }>`
    SELECT table_name AS table, column_name AS column FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'receipt'`.execute(trx)
  const tables = PROTECTED.filter(({ table, since }) =>
    names.has(table) && (since === undefined || later.some((one) => one.table === table && one.column === since))
  )
  await lockTables(trx, tables.map(({ table }) => table))
  // Else a view reads with the rights of its owner, whom no policy holds.
  const views = relations.filter(({ name, kind }) => kind === 'v' && !OPEN_VIEWS.includes(name)).map(({ name }) =>
    `ALTER VIEW ${name} SET (security_invoker = true); GRANT SELECT ON ${name} TO ${REQUEST_ROLE}`
  )
  const readable = READABLE.filter((table) => names.has(table)).map((table) =>
    `GRANT SELECT ON ${table} TO ${REQUEST_ROLE}`
  )
  const onNodes = distributed ?? await distributedTables(trx)
  const policies = tables.flatMap(({ table, rows, may }) => {
    const ours = onNodes.has(table) ? ofNode(table) : rows
    return [
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
      `DROP POLICY IF EXISTS ${POLICY} ON ${table}`,
      `CREATE POLICY ${POLICY} ON ${table} TO ${REQUEST_ROLE} USING (${ours}) WITH CHECK (${ours})`,
      `REVOKE ALL ON ${table} FROM ${REQUEST_ROLE}`,
      `GRANT ${may} ON ${table} TO ${REQUEST_ROLE}`
    ]
  })
  const own = ['GRANT USAGE ON SEQUENCE receipt_id', 'GRANT INSERT ON area_write'].map((one) =>
    `${one} TO ${REQUEST_ROLE}`
  )
  const statements = [...await entry(trx), ...views, ...readable, ...policies, ...own]
  // The nodes are told of one statement at a time.
  for (const some of onNodes.size > 0 ? statements : [statements.join(';\n')]) await sql.raw(some).execute(trx)
}

// Where the rows are on the nodes of a cluster: their policies have no sub-selects.
function ofNode (table: string): string {
  if (OF_DATA_SETS.some((one) => one.table === table)) return `data_set_id = ANY (${idsIn(DATA_SETS, 'int4')})`
  const { by = 'authority_id' } = OF_AUTHORITIES.find((one) => one.table === table) ?? {}
  return `${by} = ANY (${idsIn(AUTHORITIES, 'int2')})`
}

// A hardened database lets nobody into its schema who is not named.
async function entry<T> (trx: Kysely<T>): Promise<string[]> {
  const { rows: [schema] } = await sql<{ name: string, isOpen: boolean }>`
    SELECT quote_ident(current_schema()) AS name,
      has_schema_privilege(${REQUEST_ROLE}, current_schema(), 'USAGE') AS "isOpen"`.execute(trx)
  return schema === undefined || schema.isOpen ? [] : [`GRANT USAGE ON SCHEMA ${schema.name} TO ${REQUEST_ROLE}`]
}

/**
 * Makes what is missing of it: a dump has the policies of a database, and not the roles of its cluster, so that one
 * that is restored elsewhere may lack both.
 */
export async function keepRowsProtected<T> (db: Kysely<T>): Promise<void> {
  if (await areRowsProtected(db)) return
  await db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    await protectRows(trx)
  })
}

export async function areRowsProtected<T> (db: Kysely<T>): Promise<boolean> {
  const { rows: [found] } = await sql<{ policies: number }>`
    SELECT count(*) AS policies FROM pg_policy WHERE polname = ${POLICY}
      AND polrelid = ANY (${PROTECTED.map(({ table }) => table)}::regclass[])
      AND EXISTS (SELECT FROM pg_roles WHERE rolname = ${REQUEST_ROLE} AND ${I_MAY}
        AND has_schema_privilege(pg_roles.oid, current_schema(), 'USAGE'))`.execute(db)
  return found?.policies === PROTECTED.length
}

const [LOCK_TRIES, LOCK_PAUSE_MS] = [300, 100]

// Writers take tables in more than one order. Who waits for one of all these tables while it holds others would sooner
// or later wait in a circle, and a request of an earlier version would fail: so give all of them back, and try again.
export async function lockTables<T> (trx: Kysely<T>, tables: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await sql`SAVEPOINT before_locks`.execute(trx)
    try {
      await sql.raw(`SET LOCAL lock_timeout = '300ms'; LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`)
        .execute(trx)
      await sql`SET LOCAL lock_timeout = 0`.execute(trx) // as other migrations have it
      return
    } catch (error) {
      if (attempt === LOCK_TRIES || !isLockRefused(error)) throw error
      await sql`ROLLBACK TO SAVEPOINT before_locks`.execute(trx)
      await wait(LOCK_PAUSE_MS)
    }
  }
}

const isLockRefused = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01')

/** Whether one role may take on another, whose row of pg_roles it is: before Postgres 16 every member may. */
export const MAY_TAKE_ON = (who: 'current_user' | 'member.oid') => sql`pg_has_role(${sql.raw(who)}, pg_roles.oid,
  CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)`
const I_MAY = MAY_TAKE_ON('current_user')

/** Makes the role of requests, if it is not there. Throws as `protectRows` does. */
// Roles are of the whole cluster: another database of it may be at this very point.
export async function makeRequestRole<T> (trx: Kysely<T>): Promise<void> {
  const look = async () => (await sql<{ name: string, there: boolean, member: boolean }>`
    SELECT quote_ident(current_user) AS name, EXISTS (SELECT FROM pg_roles WHERE rolname = ${REQUEST_ROLE}) AS there,
      EXISTS (SELECT FROM pg_roles WHERE rolname = ${REQUEST_ROLE} AND ${I_MAY}) AS member`.execute(trx)).rows[0]
  const before = await look()
  if (before === undefined || before.member) return
  const create = `CREATE ROLE ${REQUEST_ROLE} NOLOGIN`
  const grant = `GRANT ${REQUEST_ROLE} TO ${before.name}`
  await sql.raw(`
    DO $$ BEGIN
      ${create};
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$;
    DO $$ BEGIN
      ${grant};
    EXCEPTION WHEN undefined_object OR unique_violation OR internal_error OR insufficient_privilege THEN NULL;
    END $$`).execute(trx)
  const after = await look()
  if (after?.member === true) return
  throw new RightsMissing(
    `The user ${before.name} of the database may not make the role of requests: let an administrator of the database ` +
      `run ${after?.there === true ? '' : `${create}; `}${grant}; and start again`
  )
}
