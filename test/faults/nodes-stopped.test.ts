import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'
import { testCluster } from '../support/cluster.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * TEST_CITUS_STOP: a command that is given the port of a server of the cluster, stops that server at once
 * (`pg_ctl stop -m immediate`) and starts it again. No other test can run on the cluster meanwhile.
 */
const [stop, cluster] = [process.env['TEST_CITUS_STOP'], testCluster()]
const skip = process.env['TEST_ON_CLUSTER'] === undefined || cluster === undefined || stop === undefined
  ? 'it needs a cluster (TEST_CITUS_URL) and a command that stops its servers (TEST_CITUS_STOP)'
  : false
const BATCH = 50
const AUTHORITIES = ['solihull', 'birmingham', 'coventry', 'walsall']

t.test('servers of a cluster are stopped at once while many send: nothing acknowledged is lost or counts twice', {
  skip, timeout: 1_200_000
}, async (t) => {
  if (cluster === undefined || stop === undefined) return
  const { app, database: { pool }, connectionString } = await testApp(t)
  const acknowledged = new Set<string>()
  const statuses = new Map<number, number>()
  const stopping = new AbortController()
  const sender = async (authority: string, length: number): Promise<void> => {
    const headers = await testSource(app, `${authority}/of${length}`, { services: ['report-missed-bin'] })
    for (let n = 0; !stopping.signal.aborted; n++) {
      const ids = Array.from({ length }, (_, i) => `${authority}-${length}-${n}-${i}`)
      const payload = ids.map((id) => ({
        id, authority, service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00'
      }))
      for (;;) {
        const { statusCode, body } = await app.inject({ method: 'POST', url: '/v1/events', headers, payload })
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
        if (statusCode === 200) break
        if (statusCode !== 503) t.fail(`${statusCode}: ${body}`)
        await wait(100)
      }
      for (const id of ids) acknowledged.add(id)
    }
  }
  const senders = AUTHORITIES.flatMap((authority) => [1, BATCH].map(async (length) => await sender(authority, length)))
  const more = async (events: number): Promise<void> => {
    const before = acknowledged.size
    await waitUntil(`${events} events more`, async () => acknowledged.size >= before + events, 240_000)
  }
  for (const server of [cluster.coordinator, ...cluster.workers, cluster.coordinator]) {
    await more(10 * BATCH)
    await promisify(execFile)(stop, [new URL(server).port])
  }
  await more(4 * BATCH)
  stopping.abort()
  await Promise.all(senders)

  const { rows } = await pool.query<{ id: string }>('SELECT id FROM event')
  t.same(rows.map(({ id }) => id).sort(), [...acknowledged].sort(), 'stored is what was acknowledged, each once')
  for (const server of [cluster.coordinator, ...cluster.workers]) {
    await onServer(databaseUrl(server, new URL(connectionString).pathname.slice(1)), async (client) => {
      await waitUntil(`nothing is left prepared on ${new URL(server).port}`, async () =>
        (await client.query('SELECT FROM pg_prepared_xacts WHERE database = current_database()')).rowCount === 0,
      240_000)
    })
  }
  t.same(await findDifferences(pool, 10), [])
  t.ok((statuses.get(503) ?? 0) > 0, 'some had to be sent again')
  t.comment(`${acknowledged.size} events; ${JSON.stringify([...statuses])}`)
})
