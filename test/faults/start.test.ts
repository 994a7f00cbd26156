import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { freePort } from '../../src/embedded-postgres/free-port.ts'
import { testDatabase } from '../support/app.ts'
import { processesOn } from '../support/faults/processes.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'
import { failedStart, launchProcess } from '../support/process.ts'
import { waitUntil } from '../support/wait-until.ts'

const ROOT = join(import.meta.dirname, '../..')
const SERVER = process.env['TEST_DATABASE_URL'] ?? ''

function folder (t: Test): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-start-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  return dataDir
}

const url = (changes: Partial<URL>): string => Object.assign(new URL(SERVER), changes).href

async function answer (port: number, path: string): Promise<{ status: number, body: string, retry: string | null }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: response.status, body: await response.text(), retry: response.headers.get('retry-after') }
  } catch {
    return { status: 0, body: '', retry: null }
  }
}

/** What one server says, forwarded to another from now on. */
async function forward (t: Test, port: number): Promise<Server> {
  const { hostname, port: theirs } = new URL(SERVER)
  const server = createServer((here) => {
    const there = connect(Number(theirs), hostname)
    for (const [one, other] of [[here, there], [there, here]] as const) {
      one.on('error', () => other.destroy()).pipe(other)
      one.on('close', () => other.destroy())
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server
}

t.test('while the database is away it lives, says what it waits for, and then takes over the same port', async (t) => {
  const { connectionString } = await testDatabase(t)
  const [port, database] = [await freePort(), await freePort()]
  const there = Object.assign(new URL(connectionString), { hostname: '127.0.0.1', port: String(database) }).href
  const child = launchProcess(folder(t), { DATABASE_URL: there, PORT: String(port), LOG_LEVEL: 'info' }, 'pipe')
  const gone = once(child, 'exit')
  let [said, log] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { said += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { log += text })
  await waitUntil('it waits', async () => (await answer(port, '/readyz')).body.includes('waiting for the database'))
  t.equal((await answer(port, '/livez')).status, 200)
  for (const path of ['/readyz', '/v1/services', '/nowhere']) {
    const { status, body, retry } = await answer(port, path)
    t.equal(status, 503)
    t.match(JSON.parse(body), { code: 'unavailable', status: 503, detail: /^Starting: waiting .*nothing listens/ })
    t.match(retry, /^\d+$/)
  }
  // One connection from the time before to the time after.
  const kept = connect(port, '127.0.0.1')
  await once(kept, 'connect')
  let heard = ''
  kept.setEncoding('utf8').on('data', (text: string) => { heard += text })
  kept.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n')
  await waitUntil('it is answered', () => heard.startsWith('HTTP/1.1 503 '))
  await forward(t, database)
  await waitUntil('it is ready', () => said.includes(`at http://127.0.0.1:${port}`))
  heard = ''
  kept.write('GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(kept, 'close')
  t.match(heard, /^HTTP\/1\.1 200 /)
  child.kill('SIGTERM')
  await gone
  t.equal(child.exitCode, 0)
  const lines = log.trim().split('\n').map((line) => JSON.parse(line) as { msg: string })
  t.match(lines, [{ msg: 'starting', version: /^\d/, node: process.version, role: 'all' }, { msg: 'listening' }])
  for (const msg of ['the database answers', 'ready', 'stopping', 'stopped']) {
    t.equal(lines.filter((line) => line.msg === msg).length, 1, msg)
  }
  t.notMatch(log, new URL(SERVER).password)
})

t.test('what it cannot start with is one sentence with what to do, and never a password', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const latin = `lpp_latin_${process.pid}`
  await onServer(SERVER, async (client) => {
    await client.query(`CREATE DATABASE ${latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0`)
  })
  t.teardown(async () => await onServer(SERVER, async (client) => {
    await client.query(`DROP DATABASE ${latin}`)
  }))
  const dir = folder(t)
  const file = join(dir, 'secret')
  writeFileSync(file, 'another-s3cret-of-the-operator\n')
  const cases: Array<[RegExp, Record<string, string>]> = [
    [/refuses the password \(28P01: .*PGPASSWORD/, { DATABASE_URL: url({ password: 's3cret' }) }],
    [/refuses the password/, { DATABASE_URL: url({ password: '' }), PGPASSWORD: 's3cret' }],
    [/wants a password, and there is none/, { DATABASE_URL: url({ password: '' }) }],
    [/database does not exist \(3D000: .*CREATE DATABASE/, { DATABASE_URL: url({ pathname: '/nowhere' }) }],
    [/host is not known \(ENOTFOUND\), for 0 s.*DATABASE_WAIT/, { DATABASE_URL: url({ hostname: 'no.invalid' }), DATABASE_WAIT: '0' }],
    [/nothing listens .*ECONNREFUSED/, { DATABASE_URL: url({ port: String(await freePort()) }), DATABASE_WAIT: '1' }],
    [/takes no TLS/, { DATABASE_URL: url({ search: '?sslmode=verify-full' }) }],
    [/encoding of the database is LATIN1/, { DATABASE_URL: databaseUrl(SERVER, latin) }],
    [/port \d+ of 127.0.0.1 is in use: .*PORT/, { DATABASE_URL: SERVER, PORT: String((taken.address() as AddressInfo).port) }],
    [/HOST \(192.0.2.1\) is no address of this machine/, { DATABASE_URL: SERVER, HOST: '192.0.2.1' }],
    [/HOST \(no.invalid\) is no address/, { DATABASE_URL: SERVER, HOST: 'no.invalid' }],
    [/DATABASE_URL must be postgres.*percent-encode/, { DATABASE_URL: 'postgres://u:s3cret/x@127.0.0.1/x' }],
    [/DATABASE_URL must be/, { DATABASE_URL: 'postgres://u:1/s3cret@127.0.0.1/x' }],
    [/DATABASE_URL must be/, { DATABASE_URL: 'postgres://u:s3cret%zz@127.0.0.1/x' }],
    [/OPERATOR_TOKEN and OPERATOR_TOKEN_FILE are both set/, { OPERATOR_TOKEN: 's3cret-s3cret-s3cret', OPERATOR_TOKEN_FILE: file }],
    [/file of DATABASE_URL_FILE \(\S+\) cannot be read \(ENOENT\)/, { DATABASE_URL_FILE: join(dir, 'none') }],
    [/no DATABASE_URL, and this installation has no embedded Postgres/, {
      NODE_OPTIONS: `--import=data:text/javascript,${
      encodeURIComponent("import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module'; os.arch = () => 'none'; syncBuiltinESMExports()")}`
    }]
  ]
  for (const [pattern, env] of cases) {
    const said = await failedStart(join(dir, 'data'), env)
    t.match(said, pattern)
    t.match(said, /^Cannot start: [^\n]*\n$/, 'one line')
    t.notMatch(said, /s3cret/)
  }
})

t.test('secrets come from files as well, without their last newline', async (t) => {
  const { connectionString } = await testDatabase(t)
  const dir = folder(t)
  const { password } = new URL(connectionString)
  const bare = Object.assign(new URL(connectionString), { password: '' }).href
  const secrets = { DATABASE_URL_FILE: bare, PGPASSWORD_FILE: decodeURIComponent(password), OPERATOR_TOKEN_FILE: 'from-a-file-in-the-test' }
  const env = Object.fromEntries(Object.entries(secrets).map(([name, secret]) => {
    writeFileSync(join(dir, name), `${secret}\n`)
    return [name, join(dir, name)]
  }))
  const port = await freePort()
  const child = launchProcess(dir, { ...env, PORT: String(port) })
  await waitUntil('it is ready', async () => (await answer(port, '/readyz')).status === 200)
  const headers = { authorization: 'Bearer from-a-file-in-the-test' }
  t.equal((await fetch(`http://127.0.0.1:${port}/v1/tokens`, { headers })).status, 200)
  const gone = once(child, 'exit')
  child.kill('SIGHUP')
  await gone
  t.equal(child.exitCode, 0)
})

t.test('told to stop at any moment of a start it ends, and leaves no Postgres', async (t) => {
  const dataDir = folder(t)
  for (let round = 0; round < 16; round++) {
    const child = launchProcess(dataDir, {}, 'pipe')
    const gone = once(child, 'exit')
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { said += text })
    await wait(round * 110 + Math.random() * 100)
    child.kill((['SIGTERM', 'SIGINT', 'SIGHUP'] as const)[round % 3])
    await gone
    // Before the first line of this program runs a signal does what the system has it do.
    t.ok(child.exitCode === 0 || child.signalCode !== null, `${round}: ${child.exitCode} ${child.signalCode} ${said}`)
    t.same(processesOn(dataDir), [], 'nothing is left')
  }
})

t.test('as the first process of a container, without an init, it hears a signal at once', async (t) => {
  const dataDir = folder(t)
  const script = join(ROOT, 'src/main.ts')
  const unshare = spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, script], {
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: dataDir, DATABASE_URL: url({ port: String(await freePort()) }) },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let log = ''
  unshare.stderr.setEncoding('utf8').on('data', (text: string) => { log += text })
  const gone = once(unshare, 'exit')
  const pid = (): number => {
    try {
      return Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').split(' ')[0])
    } catch {
      return 0
    }
  }
  await waitUntil('it runs, or may not', () => pid() > 0 || unshare.exitCode !== null)
  if (unshare.exitCode !== null) {
    t.pass('no namespace of processes may be made here')
    return
  }
  // What comes before the first line of this program is lost: the kernel keeps it from a first process.
  while (pid() > 0) {
    try {
      process.kill(pid(), 'SIGTERM')
    } catch {} // it has ended
    await wait(20)
  }
  await gone
  t.same([unshare.exitCode, unshare.signalCode], [0, null])
  t.equal(log, '', 'before anything else of it was loaded')
})

async function npmStart (t: Test): Promise<{ npm: ChildProcess, dataDir: string, port: number }> {
  const [dataDir, port] = [folder(t), await freePort()]
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: dataDir, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'fatal' },
    stdio: 'ignore',
    detached: true // a process group of its own, as a terminal makes
  })
  await waitUntil('it is ready', async () => (await answer(port, '/readyz')).status === 200)
  return { npm, dataDir, port }
}

for (const [signal, all] of [['SIGTERM', false], ['SIGINT', true], ['SIGHUP', false], ['SIGHUP', true], ['SIGKILL', false]] as const) {
  t.test(`npm start: ${signal} to ${all ? 'all of the terminal' : 'npm'} ends the service and its Postgres`, async (t) => {
    const { npm, dataDir, port } = await npmStart(t)
    const gone = once(npm, 'exit')
    process.kill(all ? -npm.pid! : npm.pid!, signal)
    await gone
    if (signal === 'SIGTERM' || signal === 'SIGINT') t.same(processesOn(dataDir), [], 'before npm itself ends')
    await waitUntil('nobody answers', async () => (await answer(port, '/livez')).status === 0)
    await waitUntil('its Postgres is gone', () => processesOn(dataDir).length === 0)
    t.pass('no orphan')
  })
}
