import { sql, type Kysely } from 'kysely'
import { ClusterRefused, refuseUnusableCluster } from './refusals.ts'
import { clusterState } from './state.ts'

/** A node, the groups of shards that lie on it together, and their bytes. */
export interface Load { node: string, groups: number, bytes: number }

/** Groups of shards that Citus would move, by its own measure of the bytes on each node. */
export interface Move { from: string, to: string, groups: number, bytes: number }

// A group is a shard of every table that lies by the same.
const SHARDS = sql`
  SELECT shardid, nodename, nodeport, shard_size,
    colocation_id || ' ' || row_number() OVER (PARTITION BY table_name ORDER BY shardid) AS shard_group
  FROM citus_shards WHERE citus_table_type = 'distributed'`

/** What lies where, and what a rebalance would move. Throws `ClusterRefused` where nothing is distributed. */
export async function rebalancePlan<T> (db: Kysely<T>): Promise<{ loads: Load[], moves: Move[] }> {
  await refuseUnusableCluster(db)
  if ((await clusterState(db)).kind !== 'distributed') {
    throw new ClusterRefused('the database is not distributed: there are no shards to move (npm run distribute)')
  }
  const { rows: loads } = await sql<Load>`
    SELECT nodename || ':' || nodeport AS node, count(DISTINCT shard_group) AS groups,
      coalesce(sum(shard_size), 0)::float8 AS bytes
    FROM pg_dist_node LEFT JOIN (${SHARDS}) AS shard USING (nodename, nodeport)
    WHERE groupid <> 0 GROUP BY 1 ORDER BY 1`.execute(db)
  // The plan of Citus gives every shard 0 bytes.
  const { rows: moves } = await sql<Move>`
    SELECT sourcename || ':' || sourceport AS "from", targetname || ':' || targetport AS "to",
      count(DISTINCT shard_group) AS groups, sum(shard.shard_size)::float8 AS bytes
    FROM get_rebalance_table_shards_plan() AS plan JOIN (${SHARDS}) AS shard USING (shardid)
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  return { loads, moves }
}
