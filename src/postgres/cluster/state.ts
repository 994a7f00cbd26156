import { sql, type Kysely } from 'kysely'
import { LISTED } from './tables.ts'

/**
 * What kind of database it is: of one server; of one that could have nodes, and has nothing on them; distributed; or
 * some of it, which nothing here makes; or a node of a cluster whose coordinator is another one.
 */
export type Kind = 'single' | 'idle' | 'distributed' | 'partly' | 'node'

export interface ClusterState {
  kind: Kind
  /** Of Citus, as `13.2.2`; undefined: there is none. */
  version: string | undefined
  /** Tables of the list that are distributed, and those that are not. */
  on: string[]
  off: string[]
}

/** The tables that lie on the nodes of a cluster. */
export async function distributedTables<T> (db: Kysely<T>): Promise<ReadonlySet<string>> {
  if (await versionOf(db) === undefined) return new Set()
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
    WHERE relnamespace = current_schema()::regnamespace`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

export async function versionOf<T> (db: Kysely<T>): Promise<string | undefined> {
  const { rows: [row] } = await sql<{ version: string | null }>`
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'citus') AS version`.execute(db)
  return row?.version ?? undefined
}

export async function clusterState<T> (db: Kysely<T>): Promise<ClusterState> {
  const version = await versionOf(db)
  if (version === undefined) return { kind: 'single', version, on: [], off: [...LISTED] }
  const tables = await distributedTables(db)
  const on = LISTED.filter((table) => tables.has(table))
  const off = LISTED.filter((table) => !tables.has(table))
  const { rows: [group] } = await sql<{ id: number }>`SELECT groupid AS id FROM pg_dist_local_group`.execute(db)
  if ((group?.id ?? 0) !== 0) return { kind: 'node', version, on, off }
  return { kind: on.length === 0 ? 'idle' : off.length === 0 ? 'distributed' : 'partly', version, on, off }
}
