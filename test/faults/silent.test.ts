import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { bearer } from '../support/builders.ts'
import { operatorToken, startProcess } from '../support/process.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'

const OPERATOR = 'operator-token-of-the-faults'
const SERIES = '/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'
const eventsOf = (ids: string[]) =>
  ids.map((id) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web'
  }))

interface Client {
  get: (url: string) => Promise<Response>
  send: (ids: string[]) => Promise<Response>
  put: (url: string, body: object) => Promise<Response>
}

async function clientOf (url: string, operator: string): Promise<Client> {
  const json = { 'content-type': 'application/json' }
  const put = async (path: string, body: object) =>
    await fetch(url + path, { method: 'PUT', headers: { ...bearer(operator), ...json }, body: JSON.stringify(body) })
  await put('/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })
  const issued = await fetch(`${url}/v1/sources/solihull/bartec/tokens`, {
    method: 'POST', headers: { ...bearer(operator), ...json }, body: '{}'
  })
  const { token } = await issued.json() as { token: string }
  return {
    put,
    get: async (path) => await fetch(url + path, { headers: bearer(token) }),
    send: async (ids) =>
      await fetch(`${url}/v1/events`, {
        method: 'POST', headers: { ...bearer(token), ...json }, body: JSON.stringify(eventsOf(ids))
      })
  }
}

/** Asks until it is answered otherwise than "try again"; every other answer, and one without `Retry-After`, fails. */
async function until (t: Test, status: number, ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const answer = await ask()
    if (answer.status === status) return answer
    t.match({ status: answer.status, again: answer.headers.get('retry-after') }, { status: 503, again: /^\d+$/ })
    await answer.arrayBuffer()
    await wait(100)
  }
}

const folder = (t: Test): string => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-silent-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  return dataDir
}

async function countOfDay (answer: Response): Promise<number> {
  const { data } = await answer.json() as { data: Array<{ values: Array<{ value: number }> }> }
  return data[0]?.values[0]?.value ?? 0
}

t.test('backends are stopped: who waits is told to try again, and the service goes on without them', async (t) => {
  const dataDir = folder(t)
  const service = await startProcess(dataDir)
  t.teardown(async () => await service.end('SIGTERM'))
  const client = await clientOf(service.url, operatorToken(dataDir))
  const sent = Array.from({ length: 6 }, (_, i) => `before-${i}`)
  await Promise.all(sent.map(async (id) => t.equal((await client.send([id])).status, 200)))
  t.equal(await countOfDay(await client.get(SERIES)), sent.length)

  const database = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await database.connect()
  t.teardown(async () => await database.end())
  const stopped: number[] = []
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const pid of stopped) {
      try {
        process.kill(pid, signal)
      } catch { /* it has ended meanwhile */ }
    }
  }
  t.teardown(() => signalAll('SIGCONT'))
  const { rows } = await database.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'local-performance-platform%' AND state = 'idle'"
  )
  stopped.push(...rows.map(({ pid }) => pid))
  t.ok(stopped.length > 2, `${stopped.length} of its connections, that of the listener and of the probe too`)
  signalAll('SIGSTOP')

  const meanwhile = Array.from({ length: 6 }, (_, i) => `meanwhile-${i}`)
  await Promise.all([
    ...meanwhile.map(async (id) => await until(t, 200, async () => await client.send([id]))),
    until(t, 200, async () => await client.get(SERIES)),
    until(t, 200, async () => await client.get('/readyz')),
    until(t, 200, async () =>
      await client.put('/v1/sources/solihull/bartec', { services: ['report-missed-bin'], channels: { W: 'web' } })),
    client.get('/livez').then(({ status }) => t.equal(status, 200))
  ])
  t.same(stopped.filter((pid) => isThere(pid)), stopped, 'all that while the old backends were stopped')
  t.equal(await countOfDay(await client.get(SERIES)), sent.length + meanwhile.length, 'each event counts once')
  t.same(await findDifferences(database, 10), [])
})

function isThere (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function behindProxy (t: Test): Promise<{ proxy: Proxy, client: Client, url: string, database: pg.Client }> {
  const dataDir = folder(t)
  const first = await startProcess(dataDir) // for its Postgres
  t.teardown(async () => await first.end('SIGTERM'))
  const direct = embeddedUrl(dataDir) ?? ''
  const proxy = await startProxy(t, direct)
  const service = await startProcess(folder(t), { DATABASE_URL: proxy.url, OPERATOR_TOKEN: OPERATOR })
  t.teardown(async () => await service.end('SIGKILL'))
  const database = new pg.Client({ connectionString: direct })
  await database.connect()
  t.teardown(async () => await database.end())
  return { proxy, client: await clientOf(service.url, OPERATOR), url: service.url, database }
}

t.test('the network swallows every packet, then comes back', async (t) => {
  const { proxy, client, database } = await behindProxy(t)
  await client.send(['first'])
  t.equal(await countOfDay(await client.get(SERIES)), 1)
  proxy.silence(true)
  const [event, series, ready, setting] = await Promise.all([
    client.send(['second']),
    client.get(SERIES),
    client.get('/readyz'),
    client.put('/v1/data-sets/solihull/bins', {})
  ])
  for (const answer of [event, series, ready, setting]) {
    t.match(
      { status: answer.status, again: answer.headers.get('retry-after'), body: await answer.json() },
      { status: 503, again: '2', body: { code: 'unavailable' } }
    )
  }
  t.equal((await client.get('/livez')).status, 200)
  proxy.mend()
  await until(t, 200, async () => await client.send(['second']))
  await until(t, 201, async () => await client.put('/v1/data-sets/solihull/bins', {}))
  await until(t, 200, async () => await client.get('/readyz'))
  t.equal(await countOfDay(await client.get(SERIES)), 2)
  t.same((await database.query('SELECT id FROM event ORDER BY id')).rows, [{ id: 'first' }, { id: 'second' }])
})

t.test('a download whose connection breaks or goes silent ends, and its place is there for the next', async (t) => {
  const { proxy, client, url, database } = await behindProxy(t)
  await until(t, 201, async () => await client.put('/v1/data-sets/solihull/bins', { raw_queries_allowed: true }))
  await database.query(`
    INSERT INTO record (data_set_id, id, at, body, updated_at)
    SELECT (SELECT id FROM data_set LIMIT 1), n::text, now(), jsonb_build_object('text', repeat('x', 2000)), now()
    FROM generate_series(1, 50000) AS n`)
  const path = '/data/solihull/bins'
  // Reads a little of each, spoils the network, and reads on.
  for (const spoil of ['cut', 'silence'] as const) {
    // As many as one client may have at a time.
    const readers = await Promise.all([1, 2].map(async () => {
      const answer = await fetch(url + path)
      t.equal(answer.status, 200)
      const reader = answer.body?.getReader()
      await reader?.read()
      return reader
    }))
    proxy[spoil]()
    for (const reader of readers) {
      await t.rejects(async () => {
        while ((await reader?.read())?.done !== true) { /* more comes that was on its way */ }
      }, `the reader is told: ${spoil}`)
    }
  }
  const whole = await until(t, 200, async () => await fetch(url + path))
  const { data } = await whole.json() as { data: unknown[] }
  t.equal(data.length, 50_000, 'and whoever asks again has all of it')
})
