import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { startEmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { createReader, dropReader } from '../../src/open-views/store/sql-role.ts'
import { openDatabase } from '../../src/postgres/database.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { databaseUrl } from '../support/postgres.ts'

// Roles are of a whole cluster: so this has one of its own, the embedded one.
const directory = mkdtempSync(join(tmpdir(), 'lpp-sql-role-'))
const postgres = await startEmbeddedPostgres({
  directory, log: () => undefined, settings: { fsync: 'off', full_page_writes: 'off' }
})
const administrator = new pg.Client({ connectionString: postgres.url })
await administrator.connect()
t.teardown(async () => {
  await administrator.end()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
})
const run = promisify(execFile)
interface Ended { code: number, stdout: string, stderr: string }
const silent = { say: () => undefined, tell: () => undefined }

t.test('beside the embedded Postgres one command makes a role, another fills the views', async (t) => {
  const database = openDatabase({ connectionString: postgres.url, size: 2, onConnectionLost: () => undefined })
  await prepareDatabase(database.db, silent)
  await database.close()
  const command = async (...args: string[]): Promise<Ended> => await run(
    process.execPath, [join(import.meta.dirname, '../../src/cli/sql-role.ts'), ...args],
    { env: { ...process.env, DATA_DIR: directory, DATABASE_URL: '' }, timeout: 120_000 }
  ).then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }), (error: unknown) => error as Ended)

  t.match(await command('fill'), { code: 0, stdout: /nobody reads the views/ })
  const { code, stdout, stderr } = await command('create', 'power_bi', '--seconds', '30', '--connections', '2')
  t.equal(code, 0, stderr)
  const reader = new pg.Client(stdout.trim())
  await reader.connect()
  t.ok((await reader.query('SELECT FROM open_authority')).rowCount)
  t.same((await reader.query('SHOW statement_timeout')).rows, [{ statement_timeout: '30s' }])
  await t.rejects(reader.query('SELECT FROM event'), { code: '42501' })
  t.match(await command('list'), { stdout: /^postgres:\/\/power_bi@127\.0\.0\.1:\d+\/postgres {2}since .* {2}1 sessions\n$/ })
  t.match(await command('fill'), { code: 0, stdout: '0 authorities and services, 0 of them anew; 0 left\n' })
  t.match(await command('create', 'power_bi'), { code: 0, stdout: '', stderr: /role power_bi was there/ })

  const ended = new Promise((resolve) => reader.once('end', resolve))
  reader.on('error', () => undefined)
  t.match(await command('drop', 'power_bi'), { code: 0, stdout: /is gone/ })
  await ended
  t.match(await command('drop', 'power_bi'), { code: 1, stdout: /there is no role power_bi/ })
  for (const wrong of [[], ['create'], ['create', 'Robert; DROP'], ['create', 'a', '--seconds', '0'], ['list', 'x'], ['--y']]) {
    t.match(await command(...wrong), { code: 2, stderr: /^usage/ }, wrong.join(' '))
  }
})

t.test('an owner who may make no role is told what an administrator of the database runs', async (t) => {
  await administrator.query(`
    CREATE ROLE lpp_owner LOGIN PASSWORD 'secret'; GRANT lpp_request TO lpp_owner`)
  await administrator.query('CREATE DATABASE of_a_council OWNER lpp_owner')
  const url = new URL(databaseUrl(postgres.url, 'of_a_council'))
  const owner = openDatabase({
    connectionString: Object.assign(url, { username: 'lpp_owner', password: 'secret' }).href,
    size: 2,
    onConnectionLost: () => undefined
  })
  t.teardown(owner.close)
  await prepareDatabase(owner.db, silent)
  const create = async () => await inTransaction(owner.pool, async (client) =>
    await createReader(client, 'bi', 'hush', { connections: 4, seconds: 60 }, new Date()))
  const statements = "CREATE ROLE \"bi\" LOGIN PASSWORD '…' CONNECTION LIMIT 4; " +
    'ALTER ROLE "bi" SET default_transaction_read_only = on; ALTER ROLE "bi" SET statement_timeout = \'60s\''
  await t.rejects(create(), {
    message: `The user of the database may not make roles: let an administrator of the database run ${statements}; and run this again`
  })
  await administrator.query(statements.replace('…', 'hush'))
  t.same(await create(), { isNew: false })
  const reader = new pg.Client(Object.assign(url, { username: 'bi', password: 'hush' }).href)
  await reader.connect()
  t.ok((await reader.query('SELECT FROM open_authority')).rowCount)
  t.same((await reader.query('SELECT FROM open_series')).rowCount, 0)
  await t.rejects(reader.query('SELECT FROM event'), { code: '42501' })

  t.equal(await inTransaction(owner.pool, async (client) => await dropReader(client, 'bi')), 'left')
  await t.rejects(reader.query('SELECT FROM open_authority'), { code: '42501' })
  await reader.end()
})
