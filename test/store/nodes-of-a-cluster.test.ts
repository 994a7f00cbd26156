import type pg from 'pg'
import t from 'tap'
import { writeAudit } from '../../src/catalogue/store/audit.ts'
import { voidEvents } from '../../src/events/store/revise.ts'
import { Nodes } from '../../src/postgres/cluster/nodes.ts'
import { queryBuilderOn } from '../../src/postgres/database.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { testDatabase } from '../support/app.ts'

const AT = new Date('2014-06-10T12:00:00Z')

const skip = process.env['TEST_ON_CLUSTER'] === undefined ? 'it needs a cluster (TEST_CITUS_URL)' : false

t.test('on which node rows of an authority lie', { skip }, async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const nodes = new Nodes(pool)
  t.notOk(nodes.areSeveral, 'nothing is known yet')
  await nodes.read()
  t.ok(nodes.areSeveral)
  const { rows } = await pool.query<{ id: number, node: number }>(`
    SELECT id, (SELECT groupid FROM pg_dist_placement
      WHERE shardid = get_shard_id_for_distribution_column('event', id::int2)) AS node
    FROM authority ORDER BY id`)
  t.same(rows.map(({ id }) => nodes.of(id)), rows.map(({ node }) => node))
  t.equal(new Set(rows.map(({ node }) => node)).size, 2, 'on both')
})

t.test('what is written to one node is committed there alone; with a line of the audit trail, both or neither', {
  skip
}, async (t) => {
  const { database: { pool } } = await testDatabase(t)
  // What was prepared is written down until the nodes are asked, a minute later, how it ended.
  const prepared = async (): Promise<string[]> =>
    (await pool.query<{ gid: string }>('SELECT gid FROM pg_dist_transaction')).rows.map(({ gid }) => gid)
  const preparedBy = async (work: (client: pg.PoolClient) => Promise<unknown>): Promise<number> => {
    const before = new Set(await prepared())
    await inTransaction(pool, work)
    return (await prepared()).filter((gid) => !before.has(gid)).length
  }
  const owner = { ownerId: 1, sourceId: 1 }
  t.equal(await preparedBy(async (client) => await voidEvents(client, owner, ['a'], AT)), 0)
  t.equal(await preparedBy(async (client) => {
    await voidEvents(client, owner, ['a'], AT)
    await writeAudit(queryBuilderOn(client), {
      at: AT, actor: 'a', action: 'b', subject: 'c', detail: {}, authorityId: 1
    })
  }), 1)
})
