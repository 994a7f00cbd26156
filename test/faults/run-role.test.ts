import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { startEmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { failedStart, startProcess } from '../support/process.ts'

// Roles are of a whole cluster, which other tests use at the same time: so this has one of its own.
const directory = mkdtempSync(join(tmpdir(), 'lpp-run-role-'))
const postgres = await startEmbeddedPostgres({
  directory, log: () => undefined, settings: { fsync: 'off', full_page_writes: 'off' }
})
t.teardown(async () => {
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
})
const SECRET = 's3cret/of#them?'
const urlFor = (user: string, name = 'lpp'): string =>
  Object.assign(new URL(databaseUrl(postgres.url, name)), { username: user, password: encodeURIComponent(SECRET) }).href

// As docs/install.md has it.
await onServer(postgres.url, async (client) => {
  for (const role of ['lpp_owner', 'lpp_app', 'lpp_stranger']) {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(SECRET)}`)
  }
  await client.query('CREATE ROLE lpp_request NOLOGIN')
  await client.query('GRANT lpp_request TO lpp_owner, lpp_app')
  await client.query('CREATE DATABASE lpp OWNER lpp_owner')
})

async function migrateAs (user: string, runRole?: string): Promise<{ code: number | null, said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli/migrate.ts')], {
    env: { DATABASE_URL: urlFor(user), ...(runRole !== undefined && { RUN_ROLE: runRole }) },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  await once(child, 'close')
  return { code: child.exitCode, said }
}
const asRunRole = { DATABASE_URL: urlFor('lpp_app'), MIGRATE: 'false' }

t.test('what lacks is one sentence, without a password', async (t) => {
  const said = [
    [await failedStart(directory, asRunRole), /lacks migrations of this version.*`npm run migrate`/],
    [await failedStart(directory, { DATABASE_URL: urlFor('lpp_app') }), /lpp_app may not make tables in the schema public .*let its owner run `npm run migrate`/],
    [(await migrateAs('lpp_app')).said, /lpp_app may not make tables in the schema public .*let its owner run `npm run migrate`/],
    [(await migrateAs('lpp_owner', 'nobody')).said, /no role nobody \(RUN_ROLE\).*CREATE ROLE "nobody".*migrate again/],
    [(await migrateAs('lpp_owner', 'lpp_stranger')).said, /run GRANT lpp_request TO "lpp_stranger"; and migrate again/]
  ] as const
  for (const [text, pattern] of said) {
    t.match(text, pattern)
    t.equal(text.trim().split('\n').filter((line) => !/^\d{4}-/.test(line)).length, 1, 'one line')
    t.notMatch(text, /s3cret/)
  }
})

t.test('two migrate at once; once more there is nothing to do; then whoever owns nothing runs the service', async (t) => {
  const [one, other] = await Promise.all([migrateAs('lpp_owner', 'lpp_app'), migrateAs('lpp_owner', 'lpp_app')])
  for (const { code, said } of [one, other]) {
    t.equal(code, 0, said)
    t.match(said, /the schema is up to date\nthe shipped catalogue .*\nlpp_app may run the service\n$/)
  }
  t.match(one.said + other.said, /^0001-catalogue: \d+ ms$/m)
  const { code, said } = await migrateAs('lpp_owner')
  t.equal(code, 0)
  t.equal(said, 'no migrations were missing; the schema is up to date\nthe shipped catalogue was loaded before\n')

  t.match(await failedStart(directory, { DATABASE_URL: urlFor('lpp_stranger'), MIGRATE: 'false' }), /lacks a right \(42501/)
  const service = await startProcess(directory, asRunRole)
  t.equal((await fetch(`${service.url}/readyz`)).status, 200)
  t.equal((await fetch(`${service.url}/v1/authorities/solihull`)).status, 200)
  await service.end('SIGTERM')
  t.equal(service.child.exitCode, 0)
})

t.test('a table of a later migration is theirs too, though nobody names them again', async (t) => {
  await onServer(urlFor('lpp_owner'), async (client) => {
    await client.query(`
      CREATE TABLE of_later (); DELETE FROM kysely_migration WHERE name >= '0035';
      DROP TABLE node_probe;
      DROP FUNCTION receipt_owner, narrow_to, widen, database_moment CASCADE;
      DROP POLICY of_the_request ON receipt;
      ALTER TABLE receipt DROP COLUMN owner_id`)
  })
  t.equal((await migrateAs('lpp_owner')).code, 0)
  await onServer(urlFor('lpp_app'), async (client) => {
    t.equal((await client.query('SELECT FROM of_later')).rowCount, 0)
  })
})

t.test('a user whom no policy names would see nothing, and is refused', async (t) => {
  await onServer(urlFor('lpp_owner'), async (client) => {
    await client.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lpp_stranger')
  })
  t.match(
    await failedStart(directory, { DATABASE_URL: urlFor('lpp_stranger'), MIGRATE: 'false' }),
    /^Cannot start: The user lpp_stranger .*`RUN_ROLE=lpp_stranger npm run migrate`.*\n$/
  )
})
