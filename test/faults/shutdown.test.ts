import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { operatorToken, startProcess, type RunningService } from '../support/process.ts'
import { waitUntil } from '../support/wait-until.ts'

const RECEIPT = '/v1/sources/solihull/bartec'

function folder (t: Test): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-stop-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  return dataDir
}

/** A connection that is kept, and what has come on it. */
async function keptConnection (
  { url }: RunningService
): Promise<{ socket: Socket, ask: (request: string) => void, said: () => string, closed: Promise<unknown> }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  return { socket, said: () => said, ask: (request) => socket.write(request), closed }
}

/** Holds the lock that a change of settings needs, so that the change is in progress for as long as the test likes. */
async function holdSettings (dataDir: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('BEGIN; LOCK TABLE source IN ACCESS EXCLUSIVE MODE')
  return client
}

function putSource (dataDir: string): string {
  const body = JSON.stringify({ services: ['report-missed-bin'] })
  return `PUT ${RECEIPT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${operatorToken(dataDir)}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

async function waitsForLock (client: pg.Client): Promise<void> {
  await waitUntil('a request waits for the lock', async () => {
    const { rows } = await client.query('SELECT FROM pg_locks WHERE NOT granted')
    return rows.length > 0
  })
}

t.test('told to stop, it answers what is in progress; who sends on a kept connection is told to connect anew', async (t) => {
  const dataDir = folder(t)
  const service = await startProcess(dataDir)
  const holder = await holdSettings(dataDir)
  // Each has sent a request before and keeps its connection busy with the one that waits, one after the other.
  const [changing, old, reading, live] = [
    await keptConnection(service),
    await keptConnection(service),
    await keptConnection(service),
    await keptConnection(service)
  ]
  changing.ask(putSource(dataDir))
  await waitsForLock(holder)
  // The head of a request keeps a connection open; its end comes when the service is stopping.
  for (const one of [old, reading, live]) one.ask('GET ')
  await waitUntil('the heads have come', () => connections(service) >= 4)
  const idle = await keptConnection(service)
  const gone = once(service.child, 'exit')
  service.child.kill('SIGTERM')
  await waitUntil('nobody can connect any more', async () => await refused(service))

  old.ask(get('/data/solihull-report-missed-bin/transactions-by-channel').slice(4))
  reading.ask(get('/v1/services').slice(4))
  live.ask(get('/livez').slice(4))
  for (const { closed } of [old, reading, live]) await closed
  for (const { said } of [old, reading]) {
    t.match(said(), /^HTTP\/1\.1 503 /)
    t.match(said(), /^retry-after: \d+\r$/im)
    t.match(said(), /^connection: close\r$/im)
    t.match(said(), /^access-control-allow-origin: \*\r$/im, 'a page of any origin may read it')
  }
  const [v1, dialect] = [reading, old].map(({ said }) => JSON.parse(said().split('\r\n\r\n')[1] ?? ''))
  t.match(v1, { status: 503, code: 'unavailable', detail: /stopping/ })
  t.match(reading.said(), /^content-type: application\/problem\+json/im)
  t.match(dialect, { status: 'error', message: /stopping/ })
  t.match(live.said(), /^HTTP\/1\.1 200 /, 'it lives')
  t.equal(changing.said(), '', 'the change is still waited for')

  await holder.query('ROLLBACK')
  await changing.closed
  t.match(changing.said(), /^HTTP\/1\.1 20\d /, 'and answered')
  t.match(changing.said(), /^connection: close\r$/im)
  await gone
  t.equal(service.child.exitCode, 0, 'all was answered')
  idle.socket.destroy()
  await holder.end().catch(() => undefined)
})

t.test('what is not answered within STOP_SECONDS is cut, and the exit code says so; readyz says 503 meanwhile', async (t) => {
  const dataDir = folder(t)
  const service = await startProcess(dataDir, { STOP_SECONDS: '1' })
  const holder = await holdSettings(dataDir)
  const changing = await keptConnection(service)
  const probe = await keptConnection(service)
  changing.ask(putSource(dataDir))
  await waitsForLock(holder)
  probe.ask('GET /readyz HTTP/1.1\r\nHost: x\r\n')
  await waitUntil('the head has come', () => connections(service) >= 2)
  const gone = once(service.child, 'exit')
  service.child.kill('SIGINT')
  await waitUntil('nobody can connect any more', async () => await refused(service))
  probe.ask('\r\n')
  await probe.closed
  t.match(probe.said(), /^HTTP\/1\.1 503 /)
  await changing.closed
  t.equal(changing.said(), '')
  await holder.query('ROLLBACK').catch(() => undefined)
  await gone
  t.equal(service.child.exitCode, 1)
  await holder.end().catch(() => undefined)
})

t.test('a second signal ends it at once', async (t) => {
  const dataDir = folder(t)
  const service = await startProcess(dataDir)
  const holder = await holdSettings(dataDir)
  const changing = await keptConnection(service)
  changing.ask(putSource(dataDir))
  await waitsForLock(holder)
  const gone = once(service.child, 'exit')
  service.child.kill('SIGINT')
  await waitUntil('nobody can connect any more', async () => await refused(service))
  t.equal(service.child.exitCode, null)
  service.child.kill('SIGINT')
  await gone
  t.equal(service.child.exitCode, 1)
  await holder.end().catch(() => undefined)
  const next = await startProcess(dataDir)
  await next.end('SIGTERM')
  t.equal(next.child.exitCode, 0, 'and the next start waits for its Postgres')
})

async function refused ({ url }: RunningService): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return false
  } catch {
    return true
  } finally {
    socket.destroy()
  }
}

/** Connections whose bytes the service has taken in. */
function connections ({ url }: RunningService): number {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state, queues]) =>
      local?.endsWith(`:${port}`) === true && state === '01' && queues?.endsWith(':00000000') === true).length
}
