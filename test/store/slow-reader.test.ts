import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { streamRecords } from '../../src/store/records/raw.ts'
import type { RecordRelation } from '../../src/store/records/relation.ts'
import { testApp } from '../support/app.ts'

const ROWS = 5000
const none = sql`NULL::timestamptz`
const numbers: RecordRelation = {
  from: () => sql`(SELECT i::text AS id FROM generate_series(1, ${ROWS}) AS i) r`,
  at: none,
  id: sql`r.id`,
  updatedAt: none,
  body: sql`'{}'::jsonb`,
  field: () => sql`NULL::jsonb`,
  count: sql`count(*)`,
  part: () => sql`NULL`
}

t.test('a reader slower than a statement may last gets all records, and leaves the connection as it was', async (t) => {
  const { database: { db, pool: { options } } } = await testApp(t)
  const pool = new pg.Pool({ connectionString: options.connectionString ?? '', max: 1, options: '-c statement_timeout=200ms' })
  const query = { range: { from: undefined, before: undefined, inclusive: false }, conditions: [], sortBy: undefined, limit: 0 }
  const ids: string[] = []
  for await (const { id } of (await streamRecords(db, pool, numbers, query)) as AsyncIterable<{ id: string }>) {
    if (ids.push(id) === 1) await wait(500)
  }
  t.equal(new Set(ids).size, ROWS)
  t.same((await pool.query('SHOW statement_timeout')).rows, [{ statement_timeout: '200ms' }])
  await pool.end()
})
