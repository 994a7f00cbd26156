import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testDatabase } from '../support/app.ts'
import { ask } from '../support/ask.ts'
import { seriesUrl } from '../support/builders.ts'
import { startProcess } from '../support/process.ts'
import { startProxy } from '../support/proxy.ts'
import { waitUntil } from '../support/wait-until.ts'

const OPERATOR = 'operator-token-of-the-several'
const SOURCE = '/v1/sources/solihull/bartec'
const LISTENER = 'local-performance-platform listener'

async function serve (t: Test, env: Record<string, string>): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-several-'))
  const service = await startProcess(dataDir, { OPERATOR_TOKEN: OPERATOR, ...env })
  t.teardown(async () => {
    await service.end('SIGTERM')
    rmSync(dataDir, { recursive: true, force: true })
  })
  return service.url
}

/** What an instance says to whoever has a token: 404 where it knows it, 401 where it does not. */
const asked = async (url: string, token: string): Promise<number> =>
  (await ask(`${url}/v1/events/none`, 'GET', token)).status

interface Issued { token: string, revoke: () => Promise<void> }

async function newToken (t: Test, url: string, others: string[]): Promise<Issued> {
  await ask(url + SOURCE, 'PUT', OPERATOR, { services: ['report-missed-bin'] })
  const { body: { token, id } } = await ask(`${url}${SOURCE}/tokens`, 'POST', OPERATOR, {})
  for (const other of others) await waitUntil('the token is known', async () => await asked(other, token) === 404)
  // What another was in the midst of when it fell silent may hold this up: whoever is told so asks again.
  const revoke = async (): Promise<void> => {
    await waitUntil('the token is revoked', async () => {
      const { status, again } = await ask(`${url}${SOURCE}/tokens/${id}`, 'DELETE', OPERATOR)
      t.ok(status === 204 || (status === 503 && again !== null), `${status}`)
      return status === 204
    })
  }
  return { token, revoke }
}

for (const name of ['DATABASE_URL', 'DATABASE_LISTEN_URL']) {
  t.test(`no packet of the connection that listens arrives (${name}): a revoked token is refused all the same`, async (t) => {
    const { connectionString, database: { pool } } = await testDatabase(t)
    const proxy = await startProxy(t, connectionString)
    const one = await serve(t, { DATABASE_URL: connectionString })
    const deaf = await serve(t, { DATABASE_URL: connectionString, [name]: proxy.url })
    const { token, revoke } = await newToken(t, one, [deaf])
    const listeners = async (): Promise<number[]> => (await pool.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1', [LISTENER]
    )).rows.map(({ pid }) => pid)
    const before = await listeners()
    t.equal(before.length, 2, 'both listen')
    proxy.silenceOf(LISTENER)
    await revoke()
    const began = performance.now()
    await waitUntil('it is refused', async () => {
      t.equal((await fetch(deaf + seriesUrl({ period: 'day' }))).status, 200, 'its other connections work')
      const status = await asked(deaf, token)
      t.ok(status === 404 || status === 401, `${status} meanwhile`)
      return status === 401
    })
    t.comment(`refused after ${Math.round((performance.now() - began) / 1000)} s`)

    const next = await newToken(t, one, [deaf])
    await next.revoke()
    await waitUntil('so is the next, though it cannot connect', async () => await asked(deaf, next.token) === 401)
    proxy.mend()
    await waitUntil('it listens again', async () =>
      (await listeners()).some((pid) => !before.includes(pid)))
    const last = await newToken(t, deaf, [one])
    await last.revoke()
    await waitUntil('the other refuses what this one revoked', async () => await asked(one, last.token) === 401)
  })
}

t.test('every packet of one instance vanishes: it answers nobody by what it remembers', async (t) => {
  const { connectionString } = await testDatabase(t)
  const proxy = await startProxy(t, connectionString)
  const one = await serve(t, { DATABASE_URL: connectionString })
  const deaf = await serve(t, { DATABASE_URL: proxy.url })
  const { token, revoke } = await newToken(t, one, [deaf])
  proxy.silence(true)
  await revoke()
  await waitUntil('it is not taken any more', async () => await asked(deaf, token) === 503)
  proxy.mend()
  await waitUntil('it is refused', async () => await asked(deaf, token) === 401)
})

t.test('two processes count a client together, as they are', async (t) => {
  const { connectionString } = await testDatabase(t)
  const [limit, part] = [20, 15]
  const env = { DATABASE_URL: connectionString, RATE_LIMITS: `read=${limit}`, TRUST_PROXY: '1' }
  const [one, other] = [await serve(t, env), await serve(t, env)]
  const get = async (url: string, client: string): Promise<number> =>
    (await fetch(`${url}/v1/channels`, { headers: { 'x-forwarded-for': client } })).status
  let round = 0
  await waitUntil('the second refuses a client who asked each of them less than the limit', async () => {
    const client = `192.0.2.${++round}`
    for (let i = 0; i < part; i++) t.equal(await get(one, client), 200)
    for (let i = 0; i < part; i++) if (await get(other, client) === 429) return true
    return false
  })
})
