import pg from 'pg'
import t from 'tap'
import { DatabaseStates } from '../../src/rollups/index.ts'
import { startServers } from '../support/standby.ts'
import { waitUntil } from '../support/wait-until.ts'

t.test('the state of a standby is another one after each commit, whoever else has not ended', async (t) => {
  const { primary, standby } = await startServers(t)
  const [pool, there] = [primary, standby].map(({ url }) => new pg.Pool({ connectionString: url }))
  t.teardown(async () => {
    await Promise.all([pool!.end(), there!.end()])
  })
  const states = new DatabaseStates(there!)
  const [first, second, third] = [await pool!.connect(), await pool!.connect(), await pool!.connect()]
  for (const client of [first, second, third]) await client.query('BEGIN; SELECT pg_current_xact_id()')
  const reaches = async (): Promise<void> => {
    const [written] = await primary.ask<{ lsn: string }>('SELECT pg_current_wal_flush_lsn() AS lsn')
    await waitUntil('the standby has it', async () =>
      (await standby.ask(`SELECT WHERE pg_last_wal_replay_lsn() >= '${written?.lsn}'`)).length === 1)
  }
  await second.query('UPDATE release_key SET key = key')
  await third.query('COMMIT')
  await reaches()
  const before = await states.take()
  await second.query('COMMIT') // neither the oldest nor the newest
  await reaches()
  t.not(await states.take(), before)
  await first.query('COMMIT')
  for (const client of [first, second, third]) client.release()
})
