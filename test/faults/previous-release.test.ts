import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/postgres/database.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { event } from '../support/builders.ts'
import { counting } from '../support/kpi-details.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { ownMigrations, previousRelease } from '../support/previous-release.ts'
import { startProcess, type RunningService } from '../support/process.ts'
import { ADDED, Client, round } from '../support/rounds.ts'
import { waitUntil } from '../support/wait-until.ts'

const OPERATOR = 'operator-token-of-the-tests'
/** From this migration on a database says which migrations a release may start on without knowing them. */
const SAYS_SO = '0024-expanding'

t.test('the release before goes on running, and being right, on the schema of this one, beside it too', async (t) => {
  const before = previousRelease(t)
  const newer = ownMigrations().filter((name) => !before.migrations.includes(name))
  t.comment(`migrations that it does not know: ${newer.join(', ') || 'none'}`)
  const { url, service } = await onDatabase(t)
  const old = await service(before.main)
  const client = new Client(old.url, OPERATOR)
  await round(client, 'first') // statements are prepared, caches are filled
  t.equal(await client.count(), ADDED)

  const database = openDatabase({ connectionString: url, size: 2, onConnectionLost: () => undefined })
  t.teardown(async () => await database.close())
  const [migrating, sent] = [migrate(database.db), await sendsMeanwhile(client)]
  await migrating
  await sent()
  t.same((await database.pool.query('SELECT name FROM kysely_migration ORDER BY 1')).rows.map(({ name }) => name), ownMigrations())
  let expected = await client.count()

  await round(client, 'second')
  t.equal(await client.count(), expected += ADDED, 'the old one counts on the new schema')
  const current = new Client((await service()).url, OPERATOR)
  t.equal(await current.count(), expected, 'the new one counts what the old one took')
  await round(current, 'third')
  t.equal(await current.count(), expected += ADDED)
  await round(client, 'fourth')
  for (const one of [client, current]) t.equal(await one.count(), expected + ADDED, 'each counts what the other took')
  // What the one wrote, the other corrects and voids.
  for (const [one, id, by] of [[client, 'third', current], [current, 'fourth', client]] as const) {
    const { token } = await by.must('POST', `/v1/sources/solihull/${id}/tokens`, OPERATOR, {})
    await waitUntil('the other is told of the token', async () =>
      (await one.ask('GET', `/v1/events/${id}-a`, token)).status === 200)
    await one.must('POST', '/v1/events', token, event(`${id}-a`, { count: 1, revision: 3 }))
    await one.must('DELETE', `/v1/events/${id}-b`, token)
  }
  for (const one of [client, current]) t.equal(await one.count(), expected + ADDED - 20)
  await noValueOfDetails(t, client, current)
  t.same([...client.faults, ...current.faults], [])
  await onServer(url, async (postgres) => {
    t.same(await findDifferences(postgres, 10), [])
  })

  await old.end('SIGTERM')
  t.equal(old.child.exitCode, 0)
  if (newer.length === 0 || before.migrations.includes(SAYS_SO)) {
    const back = new Client((await service(before.main)).url, OPERATOR)
    t.equal(await back.count(), expected + ADDED - 20, 'and it may be started again: back to the release before')
  } else {
    await t.rejects(service(before.main), /ended with/, 'it refuses to start: it was made before databases said so')
  }
})

/** A KPI whose terms the release before does not know: it lists it, and has no value of it, never one of all events. */
async function noValueOfDetails (t: Test, old: Client, current: Client): Promise<void> {
  const definition = counting([{ events: 'transaction', outcomes: { reported: 1 }, channels: ['web'] }])
  await current.must('PUT', '/v1/kpis/by-web', OPERATOR, definition)
  const url = '/v1/kpis/by-web/series?authority=solihull&service=report-missed-bin&period=year&duration=20'
  const values = async (client: Client) =>
    (await client.must('GET', url, OPERATOR)).data[0].values.flatMap(({ value }: any) => value === null ? [] : [value])
  t.ok((await values(current))[0] > 0)
  await waitUntil('the old one is told of the definition', async () => (await old.ask('GET', url, OPERATOR)).status === 200)
  t.same(await values(old), [])
  t.ok((await old.must('GET', '/v1/kpis', OPERATOR)).data.length > 0)
  t.match(await old.must('GET', '/v1/kpis/by-web', OPERATOR), { numerator: [{ measure: 'needs-a-newer-release' }] })
  t.match(await current.must('GET', '/v1/kpis/by-web', OPERATOR), { numerator: definition.numerator })
}

/** A database of this test's own, and services on it. */
async function onDatabase (t: Test): Promise<{ url: string, service: (main?: string) => Promise<RunningService> }> {
  const server = process.env['TEST_DATABASE_URL'] ?? ''
  const name = `lpp_previous_${randomBytes(6).toString('hex')}`
  const url = databaseUrl(server, name)
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-previous-data-'))
  await onServer(server, async (postgres) => {
    await postgres.query(`CREATE DATABASE ${name}`)
  })
  t.teardown(async () => {
    rmSync(dataDir, { recursive: true, force: true })
    await onServer(server, async (postgres) => {
      await postgres.query(`DROP DATABASE ${name} WITH (FORCE)`)
    })
  })
  const env = { DATABASE_URL: url, OPERATOR_TOKEN: OPERATOR, LOG_LEVEL: 'silent' }
  const service = async (main?: string): Promise<RunningService> => {
    const running = await startProcess(dataDir, env, main)
    t.teardown(async () => {
      if (running.child.exitCode === null) await running.end('SIGTERM')
    })
    return running
  }
  return { url, service }
}

/** Sends one event after another until told to stop: while the schema changes, nobody gets another error than 503. */
async function sendsMeanwhile (client: Client): Promise<() => Promise<void>> {
  const { token } = await client.must('POST', '/v1/sources/solihull/first/tokens', OPERATOR, {})
  const stopping = new AbortController()
  const sending = (async () => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      await client.must('POST', '/v1/events', token, event(`meanwhile-${n}`))
    }
  })()
  return async () => {
    stopping.abort()
    await sending
  }
}
