import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { openApp } from '../../src/open-app.ts'
import { distribute, keepDistributed } from '../../src/postgres/cluster/distribute.ts'
import { ClusterRefused } from '../../src/postgres/cluster/refusals.ts'
import { clusterState, distributedTables } from '../../src/postgres/cluster/state.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import type { Tables } from '../../src/postgres/tables.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { OPERATOR_TOKEN, testSource } from '../support/builders.ts'
import { makeClusterDatabase, testCluster } from '../support/cluster.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'

const cluster = testCluster()
const skip = process.env['TEST_ON_CLUSTER'] === undefined || cluster === undefined ? 'needs a cluster' : false
const SHARDS = 4
const quiet = { say: () => undefined, tell: () => undefined }

const silent = pino({ level: 'silent' })

function opened (t: Test, connectionString: string): Database {
  const database = openDatabase({ connectionString, size: 3, onConnectionLost: () => undefined })
  t.teardown(async () => await database.close())
  return database
}

/** A database of the cluster of this test's own, migrated or not, and not distributed. */
async function freshDatabase (t: Test): Promise<{ url: string, workerUrl: string }> {
  if (cluster === undefined) throw new Error('no cluster')
  const name = `lpp_${randomBytes(6).toString('hex')}`
  await makeClusterDatabase(cluster, name)
  t.teardown(async () => {
    for (const server of [cluster.coordinator, ...cluster.workers]) {
      await onServer(server, async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
      })
    }
  })
  return {
    url: databaseUrl(cluster.coordinator, name), workerUrl: databaseUrl(cluster.workers[0] ?? '', name)
  }
}

t.test('what is stored before says the same afterwards, and running again is safe', { skip }, async (t) => {
  const { url } = await freshDatabase(t)
  const asked = [
    '/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-06-30&group_by=channel',
    '/v1/kpis/digital-take-up/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-06-30',
    '/data/solihull-report-missed-bin/transactions-by-channel?period=month&start_at=2014-05-01T00:00:00Z&end_at=2014-07-01T00:00:00Z&collect=count:sum',
    '/v1/authorities/solihull/services/report-missed-bin'
  ]
  const ask = async (app: Awaited<ReturnType<typeof openApp>>['app']): Promise<unknown[]> => {
    const answers = []
    for (const path of asked) {
      const { statusCode, body } = await app.inject(path)
      t.equal(statusCode, 200, body)
      // When rows come in of a feed is learnt behind the sender.
      answers.push(JSON.parse(body, (key, value: unknown) => key === 'freshness' ? undefined : value))
    }
    return answers
  }
  const open = async () => await openApp({
    connectionString: url, poolSize: 5, operatorToken: OPERATOR_TOKEN, logger: silent
  })

  let service = await open()
  const headers = await testSource(service.app, 'solihull/bartec', { services: ['report-missed-bin'] })
  const events = Array.from({ length: 300 }, (_, i) => ({
    id: `e${i}`,
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: `2014-0${5 + i % 2}-${String(1 + i % 28).padStart(2, '0')}T10:00:00+01:00`,
    channel: ['web', 'telephone-agent', 'face-to-face'][i % 3],
    ward: 'E05001286'
  }))
  const send = async (app: typeof service.app, some: object[]) =>
    await app.inject({ method: 'POST', url: '/v1/events', headers, payload: some })
  t.equal((await send(service.app, events)).json<{ stored: number }>().stored, 300)
  const before = await ask(service.app)

  const running = await distribute(opened(t, url).db, { shards: SHARDS, say: () => undefined })
    .catch((error: unknown) => error)
  t.type(running, ClusterRefused)
  t.match(running, /the service is running/)
  await service.close()

  const { db } = opened(t, url)
  const said: string[] = []
  await distribute(db, { shards: SHARDS, say: (what) => said.push(what) })
  await distribute(db, { shards: SHARDS, say: (what) => said.push(what) })
  t.match(said, [/^30 tables lie on the nodes, in 4 shards$/, /already/])
  t.equal((await clusterState(db)).kind, 'distributed')
  const { rows: [left] } = await sql<{ bytes: number }>`
    SELECT sum(pg_relation_size(logicalrelid)) AS bytes FROM pg_dist_partition WHERE partmethod = 'h'`.execute(db)
  t.equal(left?.bytes, 0, 'nothing is left on the coordinator')

  service = await open()
  t.same(await ask(service.app), before)
  const again = await send(service.app, [...events, { ...events[0], id: 'new' }])
  t.match(again.json(), { stored: 1, duplicates: 300 })
  await service.close()
})

t.test('a database that is not whole is refused by distribute and by the service', { skip }, async (t) => {
  const { url, workerUrl } = await freshDatabase(t)
  const { db } = opened(t, url)
  await prepareDatabase(db, quiet)
  await distribute(db, { shards: SHARDS, say: () => undefined })
  await sql`SELECT undistribute_table('node_probe')`.execute(db)
  await t.rejects(distribute(db, { shards: SHARDS, say: () => undefined }), /partly distributed: .*, node_probe do not/)
  const start = async (connectionString: string) =>
    await openApp({ connectionString, poolSize: 5, operatorToken: OPERATOR_TOKEN, logger: silent })
  await t.rejects(start(url), /partly distributed/)
  await t.rejects(start(workerUrl), /address of a node of a cluster: give that of its coordinator/)
  await t.rejects(distribute(opened(t, workerUrl).db, { shards: SHARDS, say: () => undefined }), /address of a node/)
})

t.test('a database without nodes, and one without the extension, are refused', { skip }, async (t) => {
  const { url } = await freshDatabase(t)
  const { db } = opened(t, url)
  await prepareDatabase(db, quiet)
  await sql`SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid <> 0`.execute(db)
  await t.rejects(distribute(db, { shards: SHARDS, say: () => undefined }), /no node for rows/)
  await sql`DROP EXTENSION citus CASCADE`.execute(db)
  await t.rejects(distribute(db, { shards: SHARDS, say: () => undefined }), /CREATE EXTENSION citus/)
  t.equal((await clusterState(db)).kind, 'single')
})

t.test('a migration that would leave a table of the list on the coordinator is refused', { skip }, async (t) => {
  const { url } = await freshDatabase(t)
  const { db } = opened(t, url)
  await prepareDatabase(db, quiet)
  await distribute(db, { shards: SHARDS, say: () => undefined })

  const folder = mkdtempSync(join(tmpdir(), 'lpp-migrations-'))
  const shipped = join(import.meta.dirname, '../../migrations')
  for (const file of readdirSync(shipped)) symlinkSync(join(shipped, file), join(folder, file))
  const kysely = import.meta.resolve('kysely')
  writeFileSync(join(folder, '9999-anew.ts'), `
    import { sql } from ${JSON.stringify(kysely)}
    export async function up (db) {
      await sql\`ALTER TABLE feed RENAME TO feed_before\`.execute(db)
      await sql\`CREATE TABLE feed (LIKE feed_before INCLUDING ALL)\`.execute(db)
      await sql\`INSERT INTO feed SELECT * FROM feed_before\`.execute(db)
      await sql\`DROP TABLE feed_before\`.execute(db)
    }`)
  await t.rejects(migrate(db, folder), /would put feed on the coordinator alone, and nothing was changed/)
  t.ok((await distributedTables(db)).has('feed'))

  rmSync(join(folder, '9999-anew.ts')) // a module of this name is loaded once
  writeFileSync(join(folder, '9999-column.ts'), `
    import { sql } from ${JSON.stringify(kysely)}
    export async function up (db) {
      await sql\`ALTER TABLE feed ADD COLUMN looked_at date\`.execute(db)
      await sql\`CREATE INDEX feed_looked_at ON feed (looked_at)\`.execute(db)
    }`)
  await migrate(db, folder)
  t.ok((await distributedTables(db)).has('feed'), 'others may change it')
})

t.test('a table that a migration adds to the list joins the others', { skip }, async (t) => {
  const { url } = await freshDatabase(t)
  const { db } = opened(t, url)
  await prepareDatabase(db, quiet)
  await distribute(db, { shards: SHARDS, say: () => undefined })
  await db.transaction().execute(async (trx) => {
    const before = new Set(await distributedTables<Tables>(trx))
    before.delete('feed_arrival') // as if it were new
    await sql`
      ALTER TABLE feed_arrival RENAME TO feed_arrival_before`.execute(trx)
    await sql`CREATE TABLE feed_arrival (LIKE feed_arrival_before INCLUDING ALL)`.execute(trx)
    await keepDistributed<Tables>(trx, before)
  })
  const { rows } = await sql<{ groups: number }>`
    SELECT count(DISTINCT colocationid) AS groups FROM pg_dist_partition
    WHERE logicalrelid IN ('feed_arrival'::regclass, 'event'::regclass)`.execute(db)
  t.equal(rows[0]?.groups, 1, 'beside the events')
})
