import pg from 'pg'
import t from 'tap'
import { DEADLINES } from '../../src/postgres/deadlines.ts'
import { listen } from '../../src/postgres/listen.ts'
import { testDatabase } from '../support/app.ts'
import { startProxy } from '../support/proxy.ts'
import { waitUntil } from '../support/wait-until.ts'

const MINE = "SELECT pid FROM pg_stat_activity WHERE application_name = 'local-performance-platform listener' AND datname = current_database()"

Object.assign(DEADLINES, { connectMs: 3000 }) // here nobody waits for a busy machine, but for silence to be noticed

t.test('whatever happens to its connection, it listens again, and has one', async (t) => {
  const { connectionString, database: { pool } } = await testDatabase(t)
  const proxy = await startProxy(t, connectionString)
  let [notified, beats, failures] = [0, 0, 0]
  const listener = listen({
    connectionString: proxy.url,
    channel: 'catalogue',
    beatMs: 50,
    onNotified: () => { notified++ },
    onBeat: () => { beats++ },
    onLost: () => { failures++ }
  })
  const hears = async (): Promise<void> => {
    const before = notified
    await waitUntil('it hears', async () => {
      await pool.query("SELECT pg_notify('catalogue', '')")
      return notified > before
    })
  }
  await hears()
  await waitUntil('it beats', () => beats > 3)
  t.equal(failures, 0)
  for (let times = 0; times < 5; times++) {
    await pool.query(`SELECT pg_terminate_backend(pid) FROM (${MINE}) AS mine`)
    await hears()
  }
  await waitUntil('one connection is left', async () => (await pool.query(MINE)).rowCount === 1)
  const before = failures
  t.ok(before >= 2)
  proxy.silence()
  await waitUntil('one that has gone silent is noticed', () => failures > before)
  await hears()
  await listener.close()
  await pool.query(`SELECT pg_terminate_backend(pid) FROM (${MINE}) AS silent`) // as its keepalive would
  await waitUntil('none is left', async () => (await pool.query(MINE)).rowCount === 0)
})

t.test('where nobody may listen, or log in, its connections do not pile up, and it goes on when they may', async (t) => {
  const { connectionString, database: { pool } } = await testDatabase(t)
  const name = new URL(connectionString).pathname.slice(1)
  let [beats, failures] = [0, 0]
  await pool.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`) // superusers pass: another role
  const role = `listener_${name}`
  await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of the test'`)
  t.teardown(async () => {
    const client = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] })
    await client.connect()
    await client.query(`DROP ROLE ${role}`)
    await client.end()
  })
  const url = new URL(connectionString)
  url.username = role
  url.password = 'of the test'
  const listener = listen({
    connectionString: url.href,
    channel: 'catalogue',
    beatMs: 50,
    onNotified: () => undefined,
    onBeat: () => { beats++ },
    onLost: () => { failures++ }
  })
  await waitUntil('it was refused some times', () => failures >= 3)
  t.equal((await pool.query(MINE)).rowCount, 0)
  t.equal(beats, 0)
  await pool.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`)
  await waitUntil('it beats', () => beats > 1)
  await listener.close()
})
