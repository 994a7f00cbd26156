import { sql, type Kysely } from 'kysely'
import { ClusterRefused } from './cluster/refusals.ts'
import { distributedTables } from './cluster/state.ts'

/** The tables whose rows lie in parts by a hash of their owner, in the order in which everybody locks them. */
const TABLES = ['event', 'event_history']

/** Parts of each table. */
export const PARTS = 16

/**
 * Makes `event` and `event_history` anew, in the caller's transaction, with their rows in parts by a hash of `owner_id`
 * (docs/partitions.md); returns how many rows it copied, undefined where they lie so already. It locks both tables
 * until the end of the transaction, copies every row and builds every index: twice the room, and minutes for some
 * ten million rows. Throws, for the caller to roll back, where something else in the database depends on a table.
 */
export async function partition<T> (trx: Kysely<T>, parts = PARTS): Promise<number | undefined> {
  return await remakeAll(trx, parts)
}

/**
 * The way back: `event` and `event_history` as plain tables with the same rows, keys, indexes, policies and rights.
 * Returns, costs and throws as `partition` does; undefined where they are plain.
 */
export async function unpartition<T> (trx: Kysely<T>): Promise<number | undefined> {
  return await remakeAll(trx, undefined)
}

/** Whether the rows of events lie in parts. */
export async function isPartitioned<T> (db: Kysely<T>): Promise<boolean> {
  const { rows } = await sql`SELECT partrelid FROM pg_partitioned_table WHERE partrelid = 'event'::regclass`.execute(db)
  return rows.length === 1
}

/** `parts` undefined: a plain table. */
async function remakeAll<T> (trx: Kysely<T>, parts: number | undefined): Promise<number | undefined> {
  if ((await distributedTables(trx)).has('event')) {
    throw new ClusterRefused('the events lie on the nodes of a cluster, which has parts of its own: nothing to do here')
  }
  // Where policies hold for this user rows would be left behind: so Postgres refuses to read.
  await run(trx, ['SET LOCAL row_security = off'])
  await run(trx, TABLES.map((table) => `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`))
  if (await isPartitioned(trx) === (parts !== undefined)) return undefined
  let rows = 0
  for (const table of TABLES) rows += await remake(trx, table, parts)
  return rows
}

// Postgres turns no table into a partitioned one, or back: it is made beside, under the names of the old one.
async function remake<T> (trx: Kysely<T>, table: string, parts: number | undefined): Promise<number> {
  const old = `${table}_before`
  const [like, names] = [await describe(trx, table), namesOfParts(table, parts)]
  await run(trx, [
    `ALTER TABLE ${table} RENAME TO ${old}`,
    ...like.indexes.map(({ name, aside }) => `ALTER INDEX ${name} RENAME TO ${aside}`),
    `CREATE TABLE ${table} (LIKE ${old} INCLUDING ALL EXCLUDING INDEXES)` +
      (parts === undefined ? '' : ' PARTITION BY HASH (owner_id)'),
    ...names.map((name, remainder) =>
      `CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${names.length}, REMAINDER ${remainder})`)
  ])
  const { numAffectedRows } = await sql.raw(`INSERT INTO ${table} SELECT * FROM ${old}`).execute(trx)
  await run(trx, [
    `DROP TABLE ${old}`,
    // After the rows: to build an index at once costs less than a row at a time.
    ...like.indexes.map(({ definition }) => definition),
    ...[table, ...names].map((name) => `ALTER TABLE ${name} OWNER TO ${like.owner}`),
    ...like.rights,
    ...like.policies,
    // The policies of the whole hold for whoever reads it; who asks for a part finds no row, whatever rights they have.
    ...names.map((name) => `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`),
    // Postgres gathers statistics of parts by itself, and not of the whole.
    `ANALYZE ${table}`
  ])
  return Number(numAffectedRows)
}

const namesOfParts = (table: string, parts = 0): string[] =>
  Array.from({ length: parts }, (_, i) => `${table}_${String(i).padStart(2, '0')}`)

async function run<T> (trx: Kysely<T>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(trx)
}

/** What a copy of a table's columns lacks, as statements; names are quoted where they have to be. */
interface Description {
  owner: string
  indexes: Array<{ name: string, aside: string, definition: string }>
  rights: string[]
  policies: string[]
}

async function describe<T> (trx: Kysely<T>, table: string): Promise<Description> {
  const { rows: [{ owner = 'CURRENT_USER' } = {}] } = await sql.raw<{ owner?: string }>(`
    SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = '${table}'::regclass`).execute(trx)
  const { rows: indexes } = await sql.raw<Description['indexes'][number]>(`
    SELECT quote_ident(relname) AS name, quote_ident(relname || '_before') AS aside, coalesce(
      'ALTER TABLE ${table} ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(pg_constraint.oid),
      replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')) AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = indrelid
    WHERE indrelid = '${table}'::regclass ORDER BY indisprimary DESC, relname`).execute(trx)
  const { rows: rights } = await sql.raw<{ statement: string }>(`
    SELECT concat('GRANT ', privilege_type, of_column, ' ON ${table} TO ',
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END) AS statement
    FROM (
      SELECT NULL AS of_column, relacl AS acl FROM pg_class WHERE oid = '${table}'::regclass
      UNION ALL SELECT ' (' || quote_ident(attname) || ')', attacl FROM pg_attribute
      WHERE attrelid = '${table}'::regclass AND attacl IS NOT NULL
    ) AS of, aclexplode(acl)
    WHERE grantee <> (SELECT relowner FROM pg_class WHERE oid = '${table}'::regclass)`).execute(trx)
  const { rows: policies } = await sql.raw<{ statement: string }>(`
    SELECT 'ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY' AS statement
    FROM pg_class WHERE oid = '${table}'::regclass AND relrowsecurity
    UNION ALL SELECT 'ALTER TABLE ${table} FORCE ROW LEVEL SECURITY'
    FROM pg_class WHERE oid = '${table}'::regclass AND relforcerowsecurity
    UNION ALL SELECT concat('CREATE POLICY ', quote_ident(policyname), ' ON ${table} AS ', permissive, ' FOR ', cmd,
      ' TO ', (SELECT string_agg(CASE role WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(role) END, ', ')
        FROM unnest(roles) AS role),
      ' USING (' || qual || ')', ' WITH CHECK (' || with_check || ')')
    FROM pg_policies WHERE schemaname = current_schema() AND tablename = '${table}'`).execute(trx)
  const statements = (rows: ReadonlyArray<{ statement: string }>): string[] => rows.map(({ statement }) => statement)
  return { owner, indexes, rights: statements(rights), policies: statements(policies) }
}
