import type { Test } from 'tap'
import { openDatabase } from '../../src/postgres/database.ts'
import { distribute } from '../../src/postgres/cluster/distribute.ts'
import { databaseUrl, onServer } from './postgres.ts'

/** A cluster to run tests on: its coordinator, and the nodes that the rows lie on. */
export interface TestCluster { coordinator: string, workers: string[] }

/** TEST_CITUS_URL, the coordinator, and TEST_CITUS_WORKERS, its nodes, with commas: servers that have citus. */
export function testCluster (): TestCluster | undefined {
  const [coordinator = '', workers = ''] = [process.env['TEST_CITUS_URL'], process.env['TEST_CITUS_WORKERS']]
  if (coordinator === '') return undefined
  if (workers === '') throw new Error('TEST_CITUS_URL needs TEST_CITUS_WORKERS: the URLs of its nodes, with commas')
  return { coordinator, workers: workers.split(',') }
}

/** Ends a test that is of one server alone, and says why; returns whether it is to end. */
export function skipOnCluster (t: Test, reason: string): boolean {
  if (process.env['TEST_ON_CLUSTER'] === undefined) return false
  t.plan(0, reason)
  return true
}

const SHARDS = 4

/** Makes a database on every server of the cluster, which know of one another. */
export async function makeClusterDatabase ({ coordinator, workers }: TestCluster, name: string): Promise<void> {
  for (const server of [coordinator, ...workers]) {
    await onServer(server, async (client) => {
      await client.query(`CREATE DATABASE ${name}`)
    })
    await onServer(databaseUrl(server, name), async (client) => {
      await client.query('CREATE EXTENSION citus')
    })
  }
  await onServer(databaseUrl(coordinator, name), async (client) => {
    const { hostname, port } = new URL(coordinator)
    await client.query('SELECT citus_set_coordinator_host($1, $2)', [hostname, port])
    for (const worker of workers) {
      const { hostname, port } = new URL(worker)
      await client.query('SELECT citus_add_node($1, $2)', [hostname, port])
    }
  })
}

/** Distributes a migrated database, and closes it on every server, so that it can be copied. */
export async function distributeTemplate ({ coordinator, workers }: TestCluster, name: string): Promise<void> {
  const database = openDatabase({
    connectionString: databaseUrl(coordinator, name), size: 2, onConnectionLost: () => undefined
  })
  await distribute(database.db, { shards: SHARDS, say: () => undefined })
  await database.close()
  for (const server of [coordinator, ...workers]) {
    await onServer(server, async (client) => {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
      // The extension keeps a process of its own in every database.
      for (let left = 1; left > 0;) {
        const { rows } = await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]
        )
        left = rows.length
      }
    })
  }
}

/** Runs a statement about databases on every server that the tests have. */
export async function onEveryServer (statement: string): Promise<void> {
  const workers = process.env['TEST_CITUS_WORKERS']
  const servers = [process.env['TEST_DATABASE_URL'] ?? '']
  if (process.env['TEST_ON_CLUSTER'] !== undefined && workers !== undefined) servers.push(...workers.split(','))
  await Promise.all(servers.map(async (server) => await onServer(server, async (client) => {
    await client.query(statement)
  })))
}

/** For tests of what a cluster alone does: skipped on one server, with the reason. */
export const onClusterAlone = (): { skip?: string } => process.env['TEST_ON_CLUSTER'] === undefined
  ? { skip: 'of a cluster alone: npm run test:cluster' }
  : {}

/**
 * Makes a test's database as if the node at this address, `<host>:<port>`, had stopped. Returns what brings it back.
 */
export async function takeNodeAway (connectionString: string, address: string): Promise<() => Promise<void>> {
  const name = new URL(connectionString).pathname.slice(1)
  const worker = testCluster()?.workers.find((url) => new URL(url).host === address)
  if (worker === undefined) throw new Error(`no node at ${address}`)
  const run = async (...statements: string[]): Promise<void> => await onServer(worker, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
  await run(
    `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
  )
  return async () => await run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
}

/** The address of the node that an authority has its rows on. */
export async function addressOf (connectionString: string, authorityId: number): Promise<string> {
  let address = ''
  await onServer(connectionString, async (client) => {
    const { rows: [row] } = await client.query<{ address: string }>(`
      SELECT nodename || ':' || nodeport AS address FROM pg_dist_placement JOIN pg_dist_node USING (groupid)
      WHERE shardid = get_shard_id_for_distribution_column('node_probe', $1::int2)`, [authorityId])
    address = row?.address ?? ''
  })
  return address
}
