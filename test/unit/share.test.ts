import type pg from 'pg'
import t from 'tap'
import { shareOf } from '../../src/postgres/share.ts'
import { testDatabase } from '../support/app.ts'

t.test('a share never has more connections of a pool than it may, and gives each back once', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const taken = () => pool.totalCount - pool.idleCount
  const share = shareOf(pool, 2)
  const clients = await Promise.all([share.pool.connect(), share.pool.connect()])
  let third: pg.PoolClient | undefined
  const waiting = share.pool.connect().then((client) => { third = client })
  const asked = share.pool.query('SELECT 1 AS one')
  t.equal((await pool.query('SELECT 2 AS two')).rows[0].two, 2, 'others have a connection')
  t.equal(third, undefined)
  t.equal(taken(), 2)
  clients[0].release()
  await waiting
  t.ok(third, 'in the order in which they came')
  third?.release()
  t.same((await asked).rows, [{ one: 1 }])
  clients[1].release()
  await t.rejects(share.pool.query('SELECT wrong'), { code: '42703' })
  const all = Array.from({ length: 20 }, async () => {
    const { rows } = await share.pool.query('SELECT pg_sleep(0.01), 3 AS three')
    t.ok(taken() <= 2)
    return rows[0].three
  })
  t.same(await Promise.all(all), Array.from({ length: 20 }, () => 3))
  t.equal((await share.db.selectFrom('service').select('id').limit(1).execute()).length, 1)
  t.equal(taken(), 0)
})
