import t from 'tap'
import { createReader, dropReader, readReaders } from '../../src/open-views/store/sql-role.ts'
import { OPEN_VIEWS, protectRows } from '../../src/postgres/row-level-security.ts'
import type { Tables } from '../../src/postgres/tables.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { testDatabase } from '../support/app.ts'
import { openReaderOf } from '../support/open-views.ts'
import { runRoleOn } from '../support/run-role.ts'
import { openDatabase } from '../../src/postgres/database.ts'

const DENIED = { code: '42501' }
const LIMITS = { connections: 3, seconds: 20 }

t.test('a role reads the views, and nothing else of the database, and changes nothing', async (t) => {
  const { database: { pool }, connectionString } = await testDatabase(t, { asRunRole: false })
  await runRoleOn(connectionString) // what the service's own role is given is not for others
  const { reader, name } = await openReaderOf(t, connectionString)
  t.same((await reader.query('SHOW default_transaction_read_only')).rows, [{ default_transaction_read_only: 'on' }])
  t.same((await reader.query('SHOW statement_timeout')).rows, [{ statement_timeout: '2min' }])
  t.equal((await pool.query('SELECT rolconnlimit AS most FROM pg_roles WHERE rolname = $1', [name])).rows[0].most, 3)
  for (const view of OPEN_VIEWS) await reader.query(`SELECT * FROM ${view} LIMIT 1`)
  t.ok(((await reader.query('SELECT FROM open_authority')).rowCount ?? 0) > 300)
  await reader.query('SET default_transaction_read_only = off') // its user may: the rights are what holds
  const { rows } = await pool.query<{ name: string, kind: string, columns: string[] }>(`
    SELECT relname AS name, relkind AS kind, ARRAY(
      SELECT attname::text FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped) AS columns
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') ORDER BY 1`)
  t.ok(rows.length > 60)
  for (const { name, kind, columns } of rows) {
    if (kind === 'S') {
      await t.rejects(reader.query(`SELECT nextval('${name}')`), DENIED, name)
      continue
    }
    if (!OPEN_VIEWS.includes(name)) {
      await t.rejects(reader.query(`SELECT count(*) FROM ${name}`), DENIED, `count ${name}`)
      for (const column of columns) await t.rejects(reader.query(`SELECT "${column}" FROM ${name}`), DENIED, column)
    }
    const refused = kind === 'v' ? { code: /42501|55000/ } : DENIED // most views take no rows, whoever asks
    await t.rejects(reader.query(`INSERT INTO ${name} DEFAULT VALUES`), refused, `insert ${name}`)
    await t.rejects(reader.query(`UPDATE ${name} SET "${columns[0]}" = DEFAULT`), refused, `update ${name}`)
    await t.rejects(reader.query(`DELETE FROM ${name}`), refused, `delete ${name}`)
  }
  for (const statement of [
    'CREATE TABLE x ()',
    'CREATE SCHEMA x',
    'CREATE ROLE x',
    'SET ROLE lpp_request',
    'SET ROLE postgres',
    'SET ROLE lpp_app_of_the_tests',
    'CREATE FUNCTION x () RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    "COPY open_authority TO PROGRAM 'cat'",
    "SELECT pg_read_file('PG_VERSION')",
    'ALTER VIEW open_series SET (security_barrier = false)',
    'DROP VIEW open_series',
    'CREATE EXTENSION dblink'
  ]) await t.rejects(reader.query(statement), { code: /42501|42809/ }, statement)
})

t.test('no role is made a reader that could do more', async (t) => {
  const { database: { pool }, connectionString } = await testDatabase(t, { asRunRole: false })
  const create = async (name: string, on = pool) => await inTransaction(on, async (client) =>
    await createReader(client, name, 'x', LIMITS, new Date()))
  await t.rejects(create('postgres'), /may do more than read/)
  await t.rejects(create('lpp_request'), /would have rights to more than the views: .* more; revoke/)

  const name = `lpp_reader_${process.pid}`
  await pool.query('GRANT SELECT ON audit TO PUBLIC')
  await t.rejects(create(name), new RegExp(`role ${name} would have rights to more than the views: audit; revoke`))
  await pool.query('REVOKE SELECT ON audit FROM PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC')
  await t.rejects(create(name), /CREATE ON SCHEMA public/)
  t.same((await pool.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount, 0, 'nothing is half made')
  await pool.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC')

  const asRunRole = await runRoleOn(connectionString)
  const run = openDatabase({ connectionString: asRunRole, size: 2, onConnectionLost: () => undefined })
  t.teardown(run.close)
  await t.rejects(create(name, run.pool), /does not own the views: run this as their owner, postgres/)

  t.same(await create(name), { isNew: true })
  t.same(await create(name), { isNew: false }, 'again changes nothing')
  const readers = await inTransaction(pool, readReaders)
  t.match(readers, [{ name, exists: true, connected: 0 }])
  t.equal(await inTransaction(pool, async (client) => await dropReader(client, name)), 'gone')
  t.equal(await inTransaction(pool, async (client) => await dropReader(client, name)), 'none')
  t.same((await pool.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount, 0)
  t.equal(await inTransaction(pool, async (client) => await dropReader(client, 'postgres')), 'none')
})

t.test('where policies are made anew the views are read as before', async (t) => {
  const { database: { db }, connectionString } = await testDatabase(t, { asRunRole: false })
  const { reader } = await openReaderOf(t, connectionString)
  await db.transaction().execute(async (trx) => await protectRows<Tables>(trx))
  for (const view of OPEN_VIEWS) await reader.query(`SELECT * FROM ${view} LIMIT 1`)
  t.pass()
})
