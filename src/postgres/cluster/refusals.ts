import { sql, type Kysely } from 'kysely'
import { clusterState, type ClusterState } from './state.ts'

/** A database that cannot be distributed, or used as it is, in one sentence that says what to do. */
export class ClusterRefused extends Error {}

/** What `distribute` looks at beside the tables. */
export interface ClusterServer {
  hasFiles: boolean
  walLevel: string
  preparedTransactions: number
  nodes: number
  /** Connections of a running service. */
  sessions: number
}

/** What the service needs at its start. Throws `ClusterRefused`. */
export async function refuseUnusableCluster<T> (db: Kysely<T>): Promise<void> {
  const why = whyUnusable(await clusterState(db))
  if (why !== undefined) throw new ClusterRefused(why)
}

/** What `distribute` needs. Throws `ClusterRefused`. */
export async function refuseUndistributable<T> (db: Kysely<T>): Promise<void> {
  const state = await clusterState(db)
  const nodes = state.version === undefined
    ? sql`0`
    : sql`(SELECT count(*) FROM pg_dist_node WHERE groupid <> 0 AND shouldhaveshards AND isactive)`
  const { rows: [server] } = await sql<ClusterServer>`
    SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citus') AS "hasFiles",
      current_setting('wal_level') AS "walLevel",
      current_setting('max_prepared_transactions')::int AS "preparedTransactions", ${nodes} AS nodes,
      (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name = 'local-performance-platform listener') AS sessions`.execute(db)
  const why = server && whyUndistributable(state, server)
  if (why !== undefined) throw new ClusterRefused(why)
}

/** Why the service cannot run on it, and what to do; undefined: it can. */
export function whyUnusable ({ kind, version, on, off }: ClusterState): string | undefined {
  if (kind === 'node') {
    return 'DATABASE_URL is the address of a node of a cluster: give that of its coordinator, which has the ' +
      'catalogue, the locks and the numbers'
  }
  if (kind === 'partly') {
    return `the database is partly distributed: ${list(on)} lie on the nodes of the cluster, ${list(off)} do not; ` +
      'restore it from a backup, or undo what was done by hand (SELECT undistribute_table(…)), and run ' +
      'npm run distribute'
  }
  if (kind === 'distributed' && version !== undefined && !isTested(version)) {
    return `the extension citus is of version ${version}, and 12.1 to 14 are tested: install one of these`
  }
  return undefined
}

/** Why it cannot be distributed, and what to do; undefined: it can. */
export function whyUndistributable (state: ClusterState, server: ClusterServer): string | undefined {
  if (state.version === undefined) {
    return server.hasFiles
      ? 'the database has no extension citus: run CREATE EXTENSION citus in the database of this name on the ' +
        'coordinator and on every node, and SELECT citus_add_node(…) for each of them'
      : 'the server has no extension citus: install it on the coordinator and on every node'
  }
  const unusable = whyUnusable({ ...state, kind: state.kind === 'idle' ? 'distributed' : state.kind })
  if (unusable !== undefined) return unusable
  if (server.nodes === 0) {
    return "the cluster has no node for rows: run SELECT citus_add_node('<host>', <port>) on the coordinator"
  }
  if (server.walLevel !== 'logical') {
    return `wal_level is ${server.walLevel}, by which no shard can be moved: set it to logical on the coordinator ` +
      'and on every node, and restart them'
  }
  if (server.preparedTransactions === 0) {
    return 'max_prepared_transactions is 0, by which nothing is written to two nodes at once: set it to ' +
      'max_connections on the coordinator and on every node, and restart them'
  }
  if (server.sessions > 0 && state.kind === 'idle') {
    return 'the service is running on this database: stop every instance of it first'
  }
  return undefined
}

/** Versions of Citus that the tests ran on, and those between them. */
const [OLDEST, NEWEST] = [[12, 1], [14, Infinity]] as const

function isTested (version: string): boolean {
  const [major = 0, minor = 0] = version.replace('-', '.').split('.').map(Number)
  const atLeast = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  return atLeast && (major < NEWEST[0] || (major === NEWEST[0] && minor <= NEWEST[1]))
}

const list = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
