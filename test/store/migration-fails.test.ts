import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { migrate } from '../../src/postgres/migrate.ts'
import { testDatabase } from '../support/app.ts'

const moduleOf = (text: string): string => `
  import { createRequire } from 'node:module'
  const { sql } = createRequire(${JSON.stringify(import.meta.filename)})('kysely')
  export async function up (db) { await sql\`${text}\`.execute(db) }`

t.test('a migration that fails: the first error, what to do, and nothing is changed', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  await pool.query('DROP TABLE kysely_migration, kysely_migration_lock')
  const folder = mkdtempSync(join(tmpdir(), 'lpp-migrations-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, '0001-good.mjs'), moduleOf('CREATE TABLE made_first (n int)'))
  writeFileSync(join(folder, '0002-bad.mjs'), moduleOf('ALTER TABLE nowhere ADD COLUMN n int'))
  const error = await migrate(db, folder).catch((error: unknown) => error)
  t.equal((error as Error).name, 'Error')
  t.match((error as Error).message, /^Migration 0002-bad failed, and the database is as it was: a table is missing/)
  t.match((error as Error).message, /start again/)
  t.notMatch((error as Error).message, /aborted/)
  t.same((await pool.query("SELECT to_regclass('made_first') AS made")).rows, [{ made: null }])
})
