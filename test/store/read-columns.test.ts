import t from 'tap'
import { readColumns } from '../../src/store/read-columns.ts'
import { testApp } from '../support/app.ts'

t.test('rows of numbers by column: in order, none at all, and never rounded', async (t) => {
  const { database: { pool } } = await testApp(t)
  const read = async (text: string, values: unknown[] = []) => await readColumns(pool, { columns: ['a', 'b'], text, values })
  t.same(await read('SELECT n AS a, -n * 2::int8 AS b FROM generate_series(1, (SELECT $1::int4)) AS n ORDER BY n DESC', [3]), [{ a: 3, b: -6 }, { a: 2, b: -4 }, { a: 1, b: -2 }])
  t.same(await read('SELECT 1 AS a, 2 AS b WHERE false'), [])
  await t.rejects(read('SELECT 1 AS a, 9007199254740993 AS b'), RangeError, 'beyond 2^53')
})
