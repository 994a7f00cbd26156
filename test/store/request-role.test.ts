import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { startEmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { REQUEST_ROLE } from '../../src/postgres/request-role.ts'
import { keepRowsProtected, PROTECTED } from '../../src/postgres/row-level-security.ts'
import { within } from '../../src/postgres/scoped.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'

// Roles are of a whole cluster, which other tests use at the same time: so this has one of its own.
const directory = mkdtempSync(join(tmpdir(), 'lpp-roles-'))
const postgres = await startEmbeddedPostgres({
  directory, log: () => undefined, settings: { fsync: 'off', full_page_writes: 'off' }
})
const administrator = new pg.Client({ connectionString: postgres.url })
await administrator.connect()
const opened: Database[] = []
t.teardown(async () => {
  for (const database of opened) if (!database.pool.ended) await database.close()
  await administrator.end()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function databaseOf (name: string, user?: string): Promise<Database> {
  await administrator.query(`CREATE DATABASE ${name} ${user === undefined ? '' : `OWNER ${user}`}`)
  const url = new URL(databaseUrl(postgres.url, name))
  if (user !== undefined) Object.assign(url, { username: user, password: 'secret' })
  const database = openDatabase({ connectionString: url.href, size: 4, onConnectionLost: () => undefined })
  opened.push(database)
  return database
}

const dropPolicies = async (client: pg.Client): Promise<void> => {
  await client.query(`DROP OWNED BY ${REQUEST_ROLE}`)
}
const policies = async ({ pool }: Database): Promise<number> =>
  (await pool.query("SELECT FROM pg_policies WHERE roles = '{lpp_request}'")).rowCount ?? 0
const actsAs = async ({ pool }: Database): Promise<string> =>
  (await within(pool, { authorityIds: [1] }).query('SELECT current_user AS name FROM event RIGHT JOIN (VALUES (1)) AS one ON true'))
    .rows[0].name

t.test('a user who may make no role is told what an administrator of the database has to run', async (t) => {
  await administrator.query("CREATE ROLE council LOGIN PASSWORD 'secret'")
  const database = await databaseOf('of_a_council', 'council')
  const refused = async (statements: string) => await t.rejects(migrate(database.db), {
    message: 'The user council of the database may not make the role of requests: let an administrator of the database run ' +
      `${statements}; and start again`
  })
  await refused(`CREATE ROLE ${REQUEST_ROLE} NOLOGIN; GRANT ${REQUEST_ROLE} TO council`)
  t.equal((await database.pool.query("SELECT FROM pg_class WHERE relname = 'event'")).rowCount, 0, 'nothing is half made')
  await administrator.query(`CREATE ROLE ${REQUEST_ROLE} NOLOGIN`)
  await refused(`GRANT ${REQUEST_ROLE} TO council`)
  await administrator.query(`GRANT ${REQUEST_ROLE} TO council`)
  await migrate(database.db)
  t.equal(await policies(database), PROTECTED.length)
  t.equal(await actsAs(database), REQUEST_ROLE)
  await database.close()
  await administrator.query('DROP DATABASE of_a_council')
  await administrator.query(`DROP ROLE ${REQUEST_ROLE}`)
})

t.test('a user who may make roles makes it', async (t) => {
  await administrator.query("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'secret'")
  const database = await databaseOf('of_a_maker', 'maker')
  await migrate(database.db)
  t.equal(await policies(database), PROTECTED.length)
  t.equal(await actsAs(database), REQUEST_ROLE)
  await database.close()
  await administrator.query('DROP DATABASE of_a_maker')
  await administrator.query(`DROP ROLE ${REQUEST_ROLE}`)
})

t.test('databases of one cluster make it at the same time', async (t) => {
  const databases = [await databaseOf('one'), await databaseOf('two'), await databaseOf('three')]
  await Promise.all(databases.map(async ({ db }) => await migrate(db)))
  for (const database of databases) {
    t.equal(await policies(database), PROTECTED.length)
    t.equal(await actsAs(database), REQUEST_ROLE)
  }
})

t.test('a database that was restored in a cluster without the role has it again after a start', async (t) => {
  for (const name of ['one', 'two', 'three']) await onServer(databaseUrl(postgres.url, name), dropPolicies)
  await administrator.query(`DROP ROLE ${REQUEST_ROLE}`)
  const restored = opened.find(({ pool }) => !pool.ended)!
  await t.rejects(actsAs(restored), { code: '22023' }, 'nothing is read without it')
  await keepRowsProtected(restored.db)
  t.equal(await policies(restored), PROTECTED.length)
  t.equal(await actsAs(restored), REQUEST_ROLE)
})

t.test('writers who take tables in another order end before it', async (t) => {
  const { db, pool } = opened.find(({ pool }) => !pool.ended)!
  await onServer(databaseUrl(postgres.url, 'one'), dropPolicies)
  let making: Promise<void> | undefined
  await inTransaction(pool, async (client) => {
    await client.query('LOCK TABLE receipt IN ROW EXCLUSIVE MODE')
    making ??= keepRowsProtected(db)
    let waits = 0
    while (waits === 0) {
      waits = (await pool.query(
        "SELECT FROM pg_locks WHERE relation = 'receipt'::regclass AND NOT granted AND mode = 'AccessExclusiveLock'"
      )).rowCount ?? 0
    }
    await client.query('LOCK TABLE event IN ROW EXCLUSIVE MODE') // which is taken before `receipt`
    t.pass('it is given back to them')
  })
  await making
  t.equal(await policies({ pool } as Database), PROTECTED.length)
})

t.test('requests enter a schema that is closed to everybody', async (t) => {
  const database = await databaseOf('hardened')
  await database.pool.query('REVOKE ALL ON SCHEMA public FROM PUBLIC')
  await migrate(database.db)
  t.equal(await actsAs(database), REQUEST_ROLE)
  await database.pool.query(`REVOKE USAGE ON SCHEMA public FROM ${REQUEST_ROLE}`)
  await t.rejects(actsAs(database), { code: '42P01' })
  await keepRowsProtected(database.db)
  t.equal(await actsAs(database), REQUEST_ROLE, 'a start gives it back')
})
