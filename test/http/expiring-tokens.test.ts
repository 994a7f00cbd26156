import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { expiringTokens } from '../../src/catalogue/token-expiry.ts'
import { verifyAudit } from '../../src/catalogue/audit-chain.ts'
import { anotherProcess, OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { bearer, operator } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const DAY = 24 * 3600 * 1000

t.test('from thirty days before it expires a token of any kind is told of, to its bearer and in the log', async (t) => {
  const { app, catalogue, clock } = await testApp(t)
  const make = async (url: string, payload: object) =>
    (await app.inject({ method: 'POST', url, headers: operator, payload })).json<{ id: string, token: string }>()
  await app.inject({ method: 'PUT', url: '/v1/sources/solihull/bartec', headers: operator, payload: { services: ['report-missed-bin'] } })
  await app.inject({ method: 'PUT', url: '/v1/data-sets/a/sums', headers: operator, payload: {} })
  const source = await make('/v1/sources/solihull/bartec/tokens', { days: 100 })
  const reader = await make('/v1/tokens', { role: 'operator', label: 'Night desk', days: 101 })
  const set = await make('/v1/data-sets/a/sums/tokens', { days: 102 })
  const expires = async (token: string, url: string, payload?: object): Promise<unknown> => (await app.inject({
    method: payload === undefined ? 'GET' : 'POST', url, headers: bearer(token), ...(payload !== undefined && { payload })
  })).headers['token-expires']
  const all = async () => [
    await expires(source.token, '/v1/events/none'),
    await expires(reader.token, '/v1/tokens'),
    await expires(set.token, '/data/a/sums', [{ _id: 'x' }])
  ]
  const end = clock.now + 100 * DAY
  t.same(await all(), [undefined, undefined, undefined])
  clock.now = end - 31 * DAY
  t.same(await all(), [undefined, undefined, undefined])
  t.same(expiringTokens(catalogue.directory, clock.now), [])
  clock.now = end - 29 * DAY
  t.same(await all(), [100, 101, undefined].map((days) => days && new Date(end + (days - 100) * DAY).toISOString()))
  clock.now = end - DAY
  t.same(await all(), [100, 101, 102].map((days) => new Date(end + (days - 100) * DAY).toISOString()))
  t.equal(await expires(OPERATOR_TOKEN, '/v1/tokens'), undefined, 'the secret of the environment does not expire')
  const told = expiringTokens(catalogue.directory, clock.now)
  t.same(told.map(({ id, role, of }) => [id, role, of]), [
    [source.id, 'source', 'solihull/bartec'], [reader.id, 'operator', 'Night desk'], [set.id, 'data-set', 'a/sums']
  ])
  t.notMatch(JSON.stringify(told), /lpp_|hash/)
  clock.now = end + DAY
  t.same(expiringTokens(catalogue.directory, clock.now).map(({ id }) => id), [set.id], 'not what has expired')
})

t.test('npm run operator-token: make, list, revoke; a running service knows at once; audited', async (t) => {
  const { connectionString, database } = await testApp(t)
  const running = await anotherProcess(t, connectionString)
  const run = async (...args: string[]): Promise<{ code: number | null, out: string, err: string }> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli/operator-token.ts'), ...args], {
      env: { DATABASE_URL: connectionString }, stdio: ['ignore', 'pipe', 'pipe']
    })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
    await once(child, 'close')
    return { code: child.exitCode, out, err }
  }
  const status = async (token: string) => (await running.inject({ url: '/v1/tokens', headers: bearer(token) })).statusCode
  for (const args of [[], ['make'], ['make', '--label', ''], ['make', '--label', 'x', '--days', '0'], ['revoke'], ['--what']]) {
    const { code, out, err } = await run(...args)
    t.same([code, out], [2, ''], args.join(' '))
    t.match(err, /^usage: /)
  }
  const made = await run('make', '--label', 'First of all', '--days', '20')
  t.equal(made.code, 0, made.err)
  t.match(made.out, /^lpp_\S{43}\n$/, 'the secret alone')
  const token = made.out.trim()
  await waitUntil('the service knows it', async () => await status(token) === 200)
  const { out: listed } = await run('list')
  const id = /^(\w{16}) {2}until \S+ {2}last used .* {2}First of all\n$/.exec(listed)?.[1]
  t.ok(id, listed)
  t.same(await run('revoke', id ?? ''), { code: 0, out: `token ${id} is revoked\n`, err: '' })
  await waitUntil('the service refuses it', async () => await status(token) === 401)
  const again = await run('revoke', id ?? '')
  t.same([again.code, again.err], [1, `There is no token ${id} of a person in force.\n`])
  const { rows } = await database.pool.query('SELECT actor, action, detail::text FROM audit WHERE actor = \'operator command\' ORDER BY id')
  t.same(rows.map(({ actor, action }) => [actor, action]), [
    ['operator command', 'issue-token'], ['operator command', 'revoke-token']
  ])
  t.notMatch(JSON.stringify(rows), token)
  t.equal((await verifyAudit(database.db)).fault, undefined)
})
