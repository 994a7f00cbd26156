import t from 'tap'
import { inSnapshot } from '../../src/postgres/snapshot.ts'
import { testDatabase } from '../support/app.ts'

t.test('everything in a snapshot is of one state', async (t) => {
  const warnings: string[] = []
  process.on('warning', ({ name, message }) => {
    if (name === 'DeprecationWarning') warnings.push(message)
  })
  const { database: { pool } } = await testDatabase(t)
  const count = 'SELECT count(*) AS n FROM dashboard'
  const seen = await inSnapshot(pool, async (client) => {
    const before = (await client.query(count)).rows
    await pool.query(
      "INSERT INTO dashboard (slug, body, published, created_at, updated_at) VALUES ('a', '{}', true, now(), now())"
    )
    return [
      before,
      ...await Promise.all([client.query(count), client.query(count), client.query(count)]).then((results) =>
        results.map(({ rows }) => rows)
      )
    ]
  })
  t.same(seen, Array(4).fill([{ n: 0 }]))
  t.same((await pool.query(count)).rows, [{ n: 1 }])
  t.same(warnings, [], 'what is asked at once is asked one after the other')
})

t.test('where one reading fails, what else is on its way is read to its end, and the connection goes on', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  let begun: Promise<string[]> | undefined
  await t.rejects(
    inSnapshot(pool, async (client) => {
      const transaction = async (): Promise<string> =>
        (await client.query<{ at: string }>('SELECT now()::text AS at FROM pg_sleep(0.05)')).rows[0]?.at ?? ''
      begun = (async () => [await transaction(), await transaction()])()
      await Promise.all([begun, Promise.reject(new Error('too much'))])
    }),
    /too much/
  )
  const [first, second] = await begun ?? []
  t.ok(first)
  t.equal(second, first, 'in the same transaction')
  t.same([pool.totalCount, pool.idleCount], [1, 1])
  await t.rejects(inSnapshot(pool, async (client) => await client.query('SELECT nothing')), /nothing/)
  t.same((await pool.query('SELECT 1 AS n')).rows, [{ n: 1 }], 'also after a statement that failed')
})
