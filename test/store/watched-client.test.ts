import pg from 'pg'
import t from 'tap'
import { isConnectionLost } from '../../src/postgres/failures.ts'
import { WatchedClient } from '../../src/postgres/watched-client.ts'
import { testDatabase } from '../support/app.ts'
import { startProxy } from '../support/proxy.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('a connection that owes an answer is cut, told once, and no longer waits for anybody', async (t) => {
  const { connectionString } = await testDatabase(t)
  const proxy = await startProxy(t, connectionString)
  const lost: Error[] = []
  const client = new WatchedClient({ connectionString: proxy.url, answerMs: 1000, onLost: (error) => lost.push(error) })
  await client.connect()
  await client.query('BEGIN')
  proxy.silence()
  const two = [client.query('SELECT 1'), client.query('COMMIT')]
  for (const result of await Promise.allSettled(two)) {
    t.equal(result.status, 'rejected')
    t.ok(isConnectionLost((result as PromiseRejectedResult).reason))
  }
  t.ok(isConnectionLost(await client.query('ROLLBACK').catch((error: unknown) => error)))
  await client.end()
  t.match(lost.map(({ message }) => message), [/no answer from the database for 1 s/], 'one line')
})

t.test('what a transaction says of its statements holds for them alone', async (t) => {
  const { connectionString } = await testDatabase(t)
  const client = new WatchedClient({ connectionString, answerMs: 1000 })
  await client.connect()
  await client.query('BEGIN')
  await client.query('SET LOCAL statement_timeout = 60000')
  t.equal((await client.query('SELECT pg_sleep(4)')).rowCount, 1, 'four times as long as usual')
  await client.query('COMMIT')
  await t.rejects(client.query('SELECT pg_sleep(60)'), /no answer/, 'and as usual afterwards')
  await client.end()
})

t.test('one connection has gone silent: the backend is ended, and none of the idle ones is used again', async (t) => {
  const { connectionString } = await testDatabase(t)
  const { openDatabase } = await import('../../src/postgres/database.ts')
  const lost: string[] = []
  const proxy = await startProxy(t, connectionString)
  const onConnectionLost = ({ message }: Error): void => { lost.push(message) }
  const database = openDatabase({ connectionString: proxy.url, size: 10, onConnectionLost })
  t.teardown(async () => await database.close())
  const clients = await Promise.all([1, 2, 3].map(async () => await database.pool.connect()))
  await clients[0]!.query('BEGIN; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(4711)')
  for (const client of clients.slice(1)) client.release()
  proxy.silence()
  // The rest of the transaction may last a second: its silence is found sooner than that of others.
  const stuck = clients[0]!.query('SET statement_timeout = 1000')
  t.ok(isConnectionLost(await stuck.catch((error: unknown) => error)))
  clients[0]!.release(true)
  t.match((await database.pool.query('SELECT 1 AS one')).rows, [{ one: 1 }], 'at once, by a new connection')
  const other = new pg.Client({ connectionString })
  await other.connect()
  t.teardown(async () => await other.end())
  await waitUntil('the backend has freed its lock', async () =>
    (await other.query('SELECT pg_try_advisory_lock(4711) AS free')).rows[0].free)
  t.match(lost, [/no answer/], 'told once, of the one')
})
