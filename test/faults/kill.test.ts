import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { launchProcess, operatorToken, postgresPid, startProcess, type RunningService } from '../support/process.ts'
import { bearer } from '../support/builders.ts'

const BATCH = 50
const SENDERS = 4

t.test('kill -9 of the service and of its Postgres while sending: nothing acknowledged is lost, nothing counts twice', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-kill-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  let service = await startProcess(dataDir)
  t.teardown(async () => {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.end('SIGINT')
  })
  const token = await makeSource(service, operatorToken(dataDir))
  const acknowledged = new Set<string>()
  const sent = new Set<string>()
  const stopping = new AbortController()

  // A sender as councils write them: tries a batch until it is acknowledged, at whatever address the service has now.
  const sender = async (name: number): Promise<void> => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const ids = Array.from({ length: BATCH }, (_, i) => `s${name}-${n}-${i}`)
      ids.forEach((id) => sent.add(id))
      while (!await delivered(service.url, token, ids)) await wait(50)
      ids.forEach((id) => acknowledged.add(id))
    }
  }
  const senders = Array.from({ length: SENDERS }, async (_, i) => await sender(i))

  for (const victim of ['service', 'postgres', 'service', 'postgres']) {
    const before = acknowledged.size
    while (acknowledged.size < before + 10 * BATCH) await wait(20)
    if (victim === 'postgres') {
      process.kill(postgresPid(dataDir), 'SIGKILL')
    } else {
      await service.end('SIGKILL')
      service = await startProcess(dataDir)
    }
  }
  const before = acknowledged.size
  while (acknowledged.size < before + 4 * BATCH) await wait(20)
  stopping.abort()
  await Promise.all(senders)
  t.same(acknowledged.size, sent.size, 'every batch was acknowledged in the end')

  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await client.connect()
  const { rows } = await client.query<{ id: string }>('SELECT id FROM event')
  t.same(new Set(rows.map(({ id }) => id)), acknowledged, 'stored is what was acknowledged')
  t.same(await findDifferences(client, 10), [])
  await client.end()
  const series =
    await (await fetch(`${service.url}/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27`))
      .json() as any
  t.equal(series.data[0].values[0].value, acknowledged.size)
  t.comment(`${acknowledged.size} events through four kills`)
})

t.test('two starts on one data directory refuse clearly; a second start keeps the data', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-twice-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true })
  })
  const first = await startProcess(dataDir)
  await t.rejects(startProcess(dataDir), /ended with/)
  const token = await makeSource(first, operatorToken(dataDir))
  t.ok(await delivered(first.url, token, ['kept']))
  await first.end('SIGINT')
  t.equal(first.child.exitCode, 0, 'Ctrl-C ends it cleanly')
  t.throws(() => process.kill(postgresPid(dataDir), 0), 'and its Postgres')
  const second = await startProcess(dataDir)
  const kept = await fetch(`${second.url}/v1/events/kept`, { headers: bearer(token) })
  t.equal(kept.status, 200)
  await second.end('SIGTERM')

  const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
  const third = launchProcess(dataDir)
  const gone = once(third, 'exit')
  while (!existsSync(pidFile)) await wait(5)
  third.kill('SIGTERM')
  await gone
  t.equal(third.exitCode, 0, 'it can be stopped while it starts')
  t.notOk(existsSync(pidFile), 'and so is its Postgres')
})

t.test('a port in use: the start is refused before there is a Postgres', async (t) => {
  const [dataDir, other] = [mkdtempSync(join(tmpdir(), 'lpp-port-')), mkdtempSync(join(tmpdir(), 'lpp-port-'))]
  t.teardown(() => {
    for (const folder of [dataDir, other]) rmSync(folder, { recursive: true, force: true })
  })
  const first = await startProcess(dataDir)
  t.teardown(async () => {
    await first.end('SIGINT')
  })
  await t.rejects(startProcess(other, { PORT: new URL(first.url).port }), /ended with/)
  t.notOk(existsSync(join(other, 'postgres')))
})

async function makeSource ({ url }: RunningService, operator: string): Promise<string> {
  const headers = { ...bearer(operator), 'content-type': 'application/json' }
  await fetch(`${url}/v1/sources/solihull/bartec`, {
    method: 'PUT', headers, body: JSON.stringify({ services: ['report-missed-bin'] })
  })
  const response = await fetch(`${url}/v1/sources/solihull/bartec/tokens`, { method: 'POST', headers, body: '{}' })
  return (await response.json() as { token: string }).token
}

async function delivered (url: string, token: string, ids: string[]): Promise<boolean> {
  const events = ids.map((id) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web'
  }))
  try {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: JSON.stringify(events)
    })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
