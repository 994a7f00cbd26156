import t from 'tap'
import { sql } from 'kysely'
import { clusterFunctions } from '../../src/postgres/cluster/functions.ts'
import { doFunctionsFit } from '../../src/postgres/cluster/keep-functions.ts'
import { within } from '../../src/postgres/scoped.ts'
import { checkDatabase, prepareDatabase } from '../../src/prepare-database.ts'
import { testDatabase } from '../support/app.ts'
import { skipOnCluster } from '../support/cluster.ts'

t.test('a dump of a cluster, restored on one server, is narrowed as any other database', async (t) => {
  if (skipOnCluster(t, 'about one server')) return
  const { database: { db, pool } } = await testDatabase(t, { asRunRole: false })
  await sql`
    INSERT INTO series_state (authority_id, service_id, type) VALUES (1, 1, 1), (2, 1, 1)`.execute(db)
  const seen = async (): Promise<number | null> =>
    (await within(pool, { authorityIds: [1] }).query('SELECT FROM series_state')).rowCount
  t.equal(await seen(), 1)

  await sql.raw(clusterFunctions()).execute(db)
  t.equal(await seen(), 2, 'the functions of a cluster take on no role here')
  t.equal(await doFunctionsFit(db), false)
  await t.rejects(checkDatabase(db, () => undefined), /functions of another kind of server, and MIGRATE is false/)

  await prepareDatabase(db, { say: () => undefined, tell: () => undefined })
  t.equal(await doFunctionsFit(db), true)
  t.equal(await seen(), 1)
  await checkDatabase(db, () => undefined)
})
