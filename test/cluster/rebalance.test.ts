import { sql } from 'kysely'
import t from 'tap'
import { rebalancePlan } from '../../src/postgres/cluster/rebalance.ts'
import { testDatabase } from '../support/app.ts'
import { onClusterAlone, testCluster } from '../support/cluster.ts'

t.test('what lies where, and what to move', onClusterAlone(), async (t) => {
  const { database: { db } } = await testDatabase(t, { asRunRole: false })
  const [first = '', second = ''] = testCluster()?.workers.map((url) => new URL(url).host) ?? []
  await sql`
    INSERT INTO receipt (id, owner_id, source_id, received_at, received, stored, duplicates, revised, rejected, errors)
    SELECT n, n % 400, 1, now(), 1, 1, 0, 0, 0, '[]' FROM generate_series(1, 4000) AS n`.execute(db)
  const even = await rebalancePlan(db)
  t.same(even.loads.map(({ node, groups }) => ({ node, groups })), [
    { node: first, groups: 4 }, { node: second, groups: 4 }
  ], 'four shards by authority and four by data set, half of each on a node')
  t.same(even.moves, [])
  const [hostname, port] = second.split(':')
  const [toHostname, toPort] = first.split(':')
  await sql`
    SELECT citus_move_shard_placement(shardid, ${hostname}, ${Number(port)}, ${toHostname}, ${Number(toPort)},
      'block_writes')
    FROM citus_shards WHERE table_name = 'receipt'::regclass AND nodeport = ${Number(port)}`.execute(db)
  const { loads, moves } = await rebalancePlan(db)
  t.same(loads.map(({ node, groups }) => ({ node, groups })), [
    { node: first, groups: 6 }, { node: second, groups: 2 }
  ], 'a group moves whole')
  t.match(moves, [{ from: first, to: second, groups: 2 }])
  t.ok((moves[0]?.bytes ?? 0) > 100_000, 'the bytes are those that lie there')
})
