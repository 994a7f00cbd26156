import t from 'tap'
import { BESIDE, LISTED, OF_AUTHORITIES, OF_DATA_SETS, ON_COORDINATOR, WITHOUT_KEY } from '../../src/postgres/cluster/tables.ts'
import { testDatabase } from '../support/app.ts'

t.test('it is decided of every table where it lies on a cluster', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const { rows: tables } = await pool.query<{ name: string }>(`
    SELECT relname AS name FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ORDER BY 1`)
  const listed = [...LISTED, ...ON_COORDINATOR].sort()
  t.strictSame(
    listed, tables.map(({ name }) => name).filter((name) => name !== BESIDE), 'each in one list of src/postgres/cluster/tables.ts (docs/changing.md)'
  )
})

const distributed = [...OF_AUTHORITIES, ...OF_DATA_SETS]

t.test('a table of the nodes has its column, and a key that can be kept', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const { rows } = await pool.query<{ table: string, columns: string[], keys: string[][] }>(`
    SELECT relname AS table, ARRAY(
      SELECT attname::text FROM pg_attribute WHERE attrelid = pg_class.oid AND attnotnull AND attnum > 0
    ) AS columns, (
      SELECT coalesce(jsonb_agg(ARRAY(
        SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)
      )), '[]') FROM pg_index WHERE indrelid = pg_class.oid AND indisunique
    ) AS keys
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY ($1::text[])`,
  [distributed.map(({ table }) => table)])
  const found = new Map(rows.map((row) => [row.table, row]))
  for (const { table, by } of distributed) {
    const { columns = [], keys = [] } = found.get(table) ?? {}
    t.ok(columns.includes(by), `${table} has ${by}, of every row`)
    t.equal(keys.length === 0, WITHOUT_KEY.includes(table), `${table} has a key, or is named as one that has none`)
    // `distribute` makes the keys of receipts anew.
    if (table !== 'receipt') t.ok(keys.every((key) => key.includes(by)), `the keys of ${table} have ${by}`)
  }
})
