import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testDatabase } from '../support/app.ts'
import { ask } from '../support/ask.ts'
import { seriesUrl } from '../support/builders.ts'
import { noPgBouncer, startPgBouncer, versionOfPgBouncer } from '../support/pgbouncer.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { failedStart, startProcess } from '../support/process.ts'
import { waitUntil } from '../support/wait-until.ts'

const OPERATOR = 'operator-token-of-the-pooled'
const SERVER = process.env['TEST_DATABASE_URL'] ?? ''
/** As the documents have them: fewer connections to Postgres than the service has to PgBouncer. */
const SETTINGS = { ignore_startup_parameters: 'options', default_pool_size: '3' }
const SKIPPED = { skip: noPgBouncer }
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/several-instances.md'), 'utf8')

const folder = (t: Test): string => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-pooled-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  return dataDir
}

/** Gives the role of a test's database the settings of the page, in that database alone. */
async function giveSettings (url: string, leftOut?: string): Promise<void> {
  const [, sql = ''] = /```sql\n(ALTER ROLE[^`]*)```/.exec(PAGE) ?? []
  const { username, pathname } = new URL(url)
  const mine = sql.replaceAll('lpp_app_1 IN DATABASE lpp ', `${username} IN DATABASE ${pathname.slice(1)} `)
  await onServer(url, async (client) => {
    for (const line of mine.split('\n')) if (leftOut === undefined || !line.includes(leftOut)) await client.query(line)
  })
}

async function serve (t: Test, env: Record<string, string>): Promise<string> {
  const service = await startProcess(folder(t), { OPERATOR_TOKEN: OPERATOR, ...env })
  t.teardown(async () => await service.end('SIGTERM'))
  return service.url
}

const DAY = '2014-05-27'
const eventsOf = (ids: string[], channel = 'web', more = {}): object[] => ids.map((id) => ({
  id, authority: 'solihull', service: 'report-missed-bin', occurred_at: `${DAY}T08:31:00+01:00`, channel, ...more
}))

/** Does what councils do by way of `url`, many at once, and reads the same by way of `other`. */
async function mainJob (t: Test, url: string, other: string, connectionString: string): Promise<void> {
  const operator = async (method: string, path: string, body: object = {}) =>
    await ask(url + path, method, OPERATOR, body)
  t.equal((await operator('PUT', '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })).status, 201)
  const { body: { token } } = await operator('POST', '/v1/sources/solihull/bartec/tokens')
  const send = async (to: string, events: unknown) => await ask(`${to}/v1/events`, 'POST', token, events)
  await waitUntil('the other knows the token', async () => (await send(other, [])).status !== 401)

  const large = Array.from({ length: 500 }, (_, i) => `large-${i}`)
  const small = Array.from({ length: 40 }, (_, i) => `small-${i}`)
  const reads = async (): Promise<void> => {
    for (const { status } of await Promise.all(Array.from({ length: 12 }, async (_, i) => await ask(
      (i % 2 === 0 ? url : other) + seriesUrl({ period: 'day', start_on: DAY, end_on: DAY, group_by: 'channel' }), 'GET', token
    )))) t.equal(status, 200)
  }
  const sent = await Promise.all([
    send(url, eventsOf(large)),
    send(other, eventsOf(large)),
    ...small.map(async (id, i) => await send(i % 3 === 0 ? other : url, eventsOf([id]))),
    reads()
  ])
  for (const one of sent) if (one !== undefined) t.equal(one.status, 200, JSON.stringify(one.body).slice(0, 200))
  const corrected = await Promise.all(large.slice(0, 20).map(async (id) =>
    await send(url, eventsOf([id], 'paper', { revision: 2 }))))
  for (const { status } of corrected) t.equal(status, 200)
  const repeated = await send(url, eventsOf(small))
  t.match(repeated, { status: 200, body: { duplicates: small.length } })

  t.equal((await operator('PUT', '/v1/data-sets/solihull/bins', { published: true, raw_queries_allowed: true, queryable: true })).status, 201)
  const { body: { token: setToken } } = await operator('POST', '/v1/data-sets/solihull/bins/tokens')
  const records = Array.from({ length: 3000 }, (_, i) => ({ _id: `r${i}`, _timestamp: `${DAY}T00:00:00+00:00`, text: 'x'.repeat(100) }))
  await waitUntil('its token is known', async () =>
    (await ask(`${url}/data/solihull/bins`, 'POST', setToken, records)).status === 200)
  const downloads = await Promise.all([0, 1, 2, 3].map(async () => await ask(`${url}/data/solihull/bins`, 'GET', token)))
  for (const { status, body } of downloads) t.same([status, body.data.length], [200, records.length])
  t.equal((await ask(`${url}/readyz`, 'GET', token)).status, 200)

  const day = seriesUrl({ period: 'day', start_on: DAY, end_on: DAY })
  await waitUntil('both count the same', async () => {
    const counts = await Promise.all([url, other].map(async (one) =>
      (await ask(one + day, 'GET', token)).body.data[0]?.values[0]?.value))
    return counts.every((count) => count === large.length + small.length)
  })
  await onServer(connectionString, async (client) => {
    t.same(await findDifferences(client, 10), [])
  })

  // Both ways: what is changed by one is heard of by the other.
  for (const [one, two] of [[url, other], [other, url]] as const) {
    const { body } = await ask(`${one}/v1/sources/solihull/bartec/tokens`, 'POST', OPERATOR, {})
    await waitUntil('it is known', async () => (await ask(`${two}/v1/events/none`, 'GET', body.token)).status === 404)
    t.equal((await ask(`${one}/v1/sources/solihull/bartec/tokens/${body.id}`, 'DELETE', OPERATOR)).status, 204)
    await waitUntil('it is refused', async () => (await ask(`${two}/v1/events/none`, 'GET', body.token)).status === 401)
  }
}

t.test('through PgBouncer in transaction mode, beside an instance without', SKIPPED, async (t) => {
  const { connectionString } = await testDatabase(t)
  await giveSettings(connectionString)
  const pooled = await startPgBouncer(t, connectionString, SETTINGS)
  const [one, other] = [
    await serve(t, { DATABASE_URL: pooled, DATABASE_LISTEN_URL: connectionString }),
    await serve(t, { DATABASE_URL: connectionString })
  ]
  await mainJob(t, one, other, connectionString)
})

t.test('through one that keeps named statements', {
  skip: noPgBouncer || (versionOfPgBouncer() < 121 && 'PgBouncer before 1.21 does not')
}, async (t) => {
  const { connectionString } = await testDatabase(t)
  await giveSettings(connectionString)
  const pooled = await startPgBouncer(t, connectionString, { ...SETTINGS, max_prepared_statements: '200' })
  const env = { DATABASE_URL: pooled, DATABASE_LISTEN_URL: connectionString }
  await mainJob(t, await serve(t, env), await serve(t, env), connectionString)
})

t.test('what it lacks for that is one sentence', SKIPPED, async (t) => {
  const { connectionString } = await testDatabase(t)
  const { connectionString: another } = await testDatabase(t)
  const strict = await startPgBouncer(t, connectionString)
  const pooled = await startPgBouncer(t, connectionString, SETTINGS)
  const refused = async (pattern: RegExp, env: Record<string, string>): Promise<void> => {
    const said = await failedStart(folder(t), { DATABASE_WAIT: '5', ...env })
    t.match(said, pattern)
    t.match(said, /^Cannot start: [^\n]*\n$/, 'one line')
  }
  const direct = { DATABASE_LISTEN_URL: connectionString }
  await refused(/ignore_startup_parameters = options .*DATABASE_LISTEN_URL/, { DATABASE_URL: strict })
  await refused(/address of Postgres itself as well, in DATABASE_LISTEN_URL/, { DATABASE_URL: pooled })
  await refused(/statement_timeout is 0 in place of 10000.*ALTER ROLE/, { DATABASE_URL: pooled, ...direct })
  await giveSettings(connectionString, 'lock_timeout')
  const renewed = await startPgBouncer(t, connectionString, SETTINGS)
  await refused(/\(lock_timeout is 0 in place of 8000\)/, { DATABASE_URL: renewed, ...direct })
  await giveSettings(connectionString)
  const right = await startPgBouncer(t, connectionString, SETTINGS)
  await refused(/DATABASE_LISTEN_URL as well/, { DATABASE_URL: right, DATABASE_LISTEN_URL: right })
  await refused(/different databases/, { DATABASE_URL: right, DATABASE_LISTEN_URL: another })
  await refused(/different databases/, { DATABASE_URL: connectionString, DATABASE_LISTEN_URL: databaseUrl(SERVER, 'postgres') })
})

t.test('DATABASE_LISTEN_URL without DATABASE_URL is refused', async (t) => {
  const said = await failedStart(folder(t), { DATABASE_LISTEN_URL: SERVER })
  t.match(said, /^Cannot start: DATABASE_LISTEN_URL is set, and DATABASE_URL is not[^\n]*\n$/)
})
