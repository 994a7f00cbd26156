import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type pg from 'pg'
import t from 'tap'
import { openDatabase } from '../../src/postgres/database.ts'
import { ForeignSchema } from '../../src/postgres/foreign-schema.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { testDatabase } from '../support/app.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'

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

async function schemaOf (pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(`
    SELECT relname, (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = pg_class.oid)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT name, NULL FROM kysely_migration ORDER BY 1`)
  return rows
}
