import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/postgres/database.ts'
import { ForeignSchema } from '../../src/postgres/foreign-schema.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { testDatabase } from '../support/app.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('a migration may take longer than a request, and starts together wait for one another', async (t) => {
  const server = process.env['TEST_DATABASE_URL'] ?? ''
  const name = `lpp_migrate_${randomBytes(6).toString('hex')}`
  await onServer(server, async (client) => {
    await client.query(`CREATE DATABASE ${name}`)
  })
  const databases = Array.from(
    { length: 3 },
    () => openDatabase({ connectionString: databaseUrl(server, name), size: 2, onConnectionLost: () => undefined })
  )
  t.teardown(async () => {
    for (const database of databases) await database.close()
    await onServer(server, async (client) => {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
    })
  })
  for (const { pool } of databases) {
    pool.on('connect', (client) => {
      void client.query('SET statement_timeout = 300; SET lock_timeout = 300')
    })
  }

  const [one, ...others] = databases
  await one!.db.transaction().execute(async (trx) => {
    // Another start is at it.
    await sql`SELECT pg_advisory_xact_lock(hashtext('local-performance-platform migrations'))`.execute(trx)
    const migrating = Promise.all(others.map(async ({ db }) => await migrate(db)))
    await wait(900)
    await sql`COMMIT`.execute(trx)
    await migrating
  })
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(one!.db)
  t.equal(rows[0]?.name, '0001-catalogue')
  t.same(
    (await others[0]!.pool.query('SHOW statement_timeout')).rows,
    [{ statement_timeout: '300ms' }],
    'for as long as it takes alone'
  )
})

t.test('a database of another version is left as it is, and said so in a sentence', async (t) => {
  const { database } = await testDatabase(t)
  for (const foreign of ['0006-fast-ingest', '9999-of-a-later-version']) {
    await database.pool.query('INSERT INTO kysely_migration (name, timestamp) VALUES ($1, now())', [foreign])
    const before = await schemaOf(database.pool)
    await t.rejects(migrate(database.db), { constructor: ForeignSchema, message: new RegExp(`${foreign}.*nothing was changed`) })
    t.same(await schemaOf(database.pool), before)
    await database.pool.query('DELETE FROM kysely_migration WHERE name = $1', [foreign])
  }
  await migrate(database.db)
})

t.test('a release runs on the migrations of the next that only expand, and refuses those that do not', async (t) => {
  const { database } = await testDatabase(t)
  const next = folderWith(t, {
    '9998-expands': 'await sql`CREATE TABLE of_the_next_release (id int)`.execute(db)',
    '9999-too': 'await sql`ALTER TABLE annotation ADD COLUMN of_the_next_release int NOT NULL DEFAULT 0`.execute(db)'
  })
  await migrate(database.db, next)
  t.equal((await database.pool.query('SELECT FROM of_the_next_release')).rowCount, 0, 'the next release migrates')
  const before = await schemaOf(database.pool)
  await migrate(database.db)
  t.same(await schemaOf(database.pool), before, 'this one starts on that and changes nothing')

  const breaking = folderWith(t, {
    '9998-expands': '',
    '9999-too': '',
    '9999-x': 'await sql`DROP TABLE of_the_next_release`.execute(db)'
  }, 'export const contracts = true')
  await migrate(database.db, breaking)
  await t.rejects(migrate(database.db), { constructor: ForeignSchema, message: /9999-x.*nothing was changed/ })
  await t.rejects(migrate(database.db, next), { constructor: ForeignSchema, message: /9999-x/ })
})

t.test('a release that has migrations of its own beside those of another refuses', async (t) => {
  const { database } = await testDatabase(t)
  await migrate(database.db, folderWith(t, { '9998-theirs': '' }))
  await t.rejects(migrate(database.db, folderWith(t, { '9999-ours': '' })), { constructor: ForeignSchema, message: /9998-theirs/ })
})

t.test('a migration that waits for a table holds up nobody who comes after it', async (t) => {
  const { database } = await testDatabase(t)
  const [reader, writer] = [await database.pool.connect(), await database.writers.connect()]
  t.teardown(() => {
    for (const client of [reader, writer]) client.release(true)
  })
  await reader.query('BEGIN; SELECT FROM annotation') // a download, say
  const said: string[] = []
  const migrating = migrate(
    database.db,
    folderWith(t, { '9999-alters': 'await sql`ALTER TABLE annotation ADD COLUMN of_the_next_release int`.execute(db)' }),
    { say: (what) => said.push(what) }
  )
  const waits = async (): Promise<boolean> =>
    (await writer.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'annotation'::regclass")).rowCount === 1
  await waitUntil('the migration waits', waits)
  await writer.query('BEGIN; LOCK TABLE annotation IN ROW EXCLUSIVE MODE; ROLLBACK')
  await waitUntil('it lets others go first', () => said.length > 0)
  t.match(said, [/migrations wait for a lock/])
  await reader.query('ROLLBACK')
  await migrating
  t.equal((await reader.query('SELECT of_the_next_release FROM annotation')).rowCount, 0)
})

/** The migrations of this release and more, each a name and the body of its `up`. */
function folderWith (t: Test, more: Record<string, string>, heading = ''): string {
  const root = mkdtempSync(join(tmpdir(), 'lpp-migrations-'))
  t.teardown(() => {
    rmSync(root, { recursive: true })
  })
  const [repository, folder] = [join(import.meta.dirname, '../..'), join(root, 'migrations')]
  mkdirSync(folder)
  writeFileSync(join(root, 'package.json'), '{"type": "module"}')
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  for (const file of readdirSync(join(repository, 'migrations'))) {
    symlinkSync(join(repository, 'migrations', file), join(folder, file))
  }
  const names = Object.keys(more)
  for (const [name, body] of Object.entries(more)) {
    writeFileSync(join(folder, `${name}.ts`), `import { sql } from 'kysely'
      ${name === names.at(-1) ? heading : ''}
      export async function up (db) { void sql; ${body} }`)
  }
  return folder
}

async function schemaOf (pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(`
    SELECT relname, (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = pg_class.oid)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT name, NULL FROM kysely_migration ORDER BY 1`)
  return rows
}
