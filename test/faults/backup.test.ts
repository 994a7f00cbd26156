import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { writeArchive } from '../../src/cli/backups/archive.ts'
import { copyFolder } from '../../src/cli/backups/copy-folder.ts'
import { killProcessesOn } from '../../src/embedded-postgres/orphans.ts'
import { startEmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { embeddedUrl } from '../../src/embedded-postgres/running.ts'
import { launch, run } from '../support/backups.ts'
import { bearer } from '../support/builders.ts'
import { operatorToken, startProcess, type RunningService } from '../support/process.ts'

const SERIES =
  '/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'

t.test('backed up while events come in, the disk is lost: what was acknowledged before is there, once', async (t) => {
  const [home, other] = [folder(t), folder(t)]
  const archive = join(home, 'backup.tgz')
  const [dataDir, restored] = [join(home, 'data'), join(other, 'data')]
  const service = await startProcess(dataDir)
  t.teardown(async () => await endIfRunning(service))
  const token = await makeSource(service, operatorToken(dataDir))
  const sender = startSending(service, token)
  while (sender.acknowledged.size < 500) await wait(10)
  const before = new Set(sender.acknowledged)
  const told = await run('backup', ['--to', archive], { DATA_DIR: dataDir })
  t.equal(told.code, 0, told.err)
  await sender.stop()
  t.ok(sender.acknowledged.size > before.size, 'events came in meanwhile')
  t.same(await slotsOf(dataDir), [], 'nothing keeps the log for it any more')
  await service.end('SIGKILL')
  killProcessesOn(join(dataDir, 'postgres')) // nobody will start on that folder again, and end it

  const restoring = await run('restore', ['--from', archive], { DATA_DIR: restored })
  t.equal(restoring.code, 0, restoring.err)
  t.match(restoring.out, 'every rollup is the sum of its events')
  const again = await startProcess(restored)
  t.teardown(async () => await endIfRunning(again))
  const ids = new Set(await idsIn(restored))
  t.same([...before].filter((id) => !ids.has(id)), [], 'all that was acknowledged before the backup began')
  t.same([...ids].filter((id) => !sender.sent.has(id)), [], 'and nothing that nobody sent')
  t.equal(await countOf(again), ids.size, 'the series counts each once')
  t.equal(operatorToken(restored), operatorToken(dataDir), 'the operator has the same token')
  await deliver(again, token, ['after'])
  t.equal(await countOf(again), ids.size + 1, 'the source has the same token, and the service goes on')

  const answer = await (await fetch(`${again.url}${SERIES}`)).text()
  t.equal((await run('backup', ['--to', archive], { DATA_DIR: restored })).code, 0)
  await again.end('SIGTERM')
  const third = join(other, 'third')
  t.equal((await run('restore', ['--from', archive], { DATA_DIR: third })).code, 0)
  const last = await startProcess(third)
  t.equal(await (await fetch(`${last.url}${SERIES}`)).text(), answer, 'the same answer, to the letter')
  await last.end('SIGTERM')
})

t.test('a backup that is killed leaves no archive, the one before, and nothing that is in the way', async (t) => {
  const home = folder(t)
  const [archive, dataDir] = [join(home, 'backup.tgz'), join(home, 'data')]
  const service = await startProcess(dataDir)
  t.teardown(async () => await endIfRunning(service))
  const child = launch('backup', ['--to', archive], { DATA_DIR: dataDir })
  while (!existsSync(`${archive}.unfinished`)) await wait(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.notOk(existsSync(archive), 'there is no archive')
  while ((await slotsOf(dataDir)).length > 0) await wait(20)
  t.equal((await run('backup', ['--to', archive], { DATA_DIR: dataDir })).code, 0, 'the next is made')
  t.notOk(existsSync(`${archive}.unfinished`))
  await service.end('SIGTERM')
  t.equal((await run('backup', ['--to', archive], { DATA_DIR: dataDir })).code, 0, 'also while the service is down')
  t.equal((await run('restore', ['--from', archive], { DATA_DIR: join(home, 'other') })).code, 0)
})

t.test('the log that is written while the folder is copied is kept for it, however much that is', async (t) => {
  const home = folder(t)
  const [archive, dataDir] = [join(home, 'backup.tgz'), join(home, 'data')]
  const server = await startEmbeddedPostgres({ directory: dataDir, log: () => undefined })
  t.teardown(server.stop)
  const [client, writer] = [server.url, server.url].map((connectionString) => new pg.Client({ connectionString }))
  if (client === undefined || writer === undefined) throw new Error('no clients')
  await client.connect()
  await writer.connect()
  await writer.query('CREATE TABLE written (n int)')
  let files = 0
  await writeArchive(archive, async (to) => {
    const file = async (name: string, path: string): Promise<void> => {
      // A checkpoint makes room of segments that nobody needs any more.
      if (files++ % 200 === 0) {
        await writer.query('INSERT INTO written SELECT generate_series(1, 1000)')
        await writer.query('SELECT pg_switch_wal()')
        await writer.query('CHECKPOINT')
      }
      await to.file(name, path)
    }
    await copyFolder(client, join(dataDir, 'postgres'), { ...to, file })
    await to.file('postgres-password', join(dataDir, 'postgres-password'))
  })
  const { rows: [live] } = await writer.query('SELECT count(*)::int AS rows FROM written')
  await client.end()
  await writer.end()
  t.ok(live.rows >= 3000, 'there was more than one segment')
  const restored = join(home, 'restored')
  const told = await run('restore', ['--from', archive], { DATA_DIR: restored })
  t.equal(told.code, 0, told.err)
  if (told.code !== 0) return
  const again = await startEmbeddedPostgres({ directory: restored, log: () => undefined })
  t.same(await column(restored, 'SELECT count(*)::text FROM written'), [String(live.rows)])
  await again.stop()
})

t.test('a restore takes the place of a database only when it is told to, and keeps that one', async (t) => {
  const home = folder(t)
  const [archive, dataDir] = [join(home, 'backup.tgz'), join(home, 'data')]
  const service = await startProcess(dataDir)
  t.teardown(async () => await endIfRunning(service))
  const token = await makeSource(service, operatorToken(dataDir))
  await deliver(service, token, ['kept'])
  const itself = await run('backup', ['--to', join(dataDir, 'postgres', 'backup.tgz')], { DATA_DIR: dataDir })
  t.match(itself, { code: 2, err: /is in the folder that is copied/ })
  t.equal((await run('backup', ['--to', archive], { DATA_DIR: dataDir })).code, 0)
  await deliver(service, token, ['later'])
  const inUse = await run('restore', ['--from', archive, '--replace'], { DATA_DIR: dataDir })
  t.match(inUse, { code: 2, err: /^Not restored: another Local Performance Platform is running/ })
  await service.end('SIGTERM')
  const full = await run('restore', ['--from', archive], { DATA_DIR: dataDir })
  t.match(full, { code: 2, err: /holds a database.*--replace/ })
  const replaced = await run('restore', ['--from', archive, '--replace'], { DATA_DIR: dataDir })
  t.equal(replaced.code, 0, replaced.err)
  const aside = readdirSync(dataDir).find((name) => name.startsWith('postgres.replaced-')) ?? ''
  t.ok(existsSync(join(dataDir, aside, 'PG_VERSION')), 'the database that was there')
  const again = await startProcess(dataDir)
  t.same(await idsIn(dataDir), ['kept'])
  await again.end('SIGTERM')
  rmSync(join(dataDir, 'postgres'), { recursive: true })
  await t.rejects(startProcess(dataDir, {}, undefined, 'ignore'), 'no empty database takes the place half-way')
  t.notOk(existsSync(join(dataDir, 'postgres')))
})

function folder (t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'lpp-backup-'))
  t.teardown(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

async function endIfRunning ({ child, end }: RunningService): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await end('SIGINT')
}

async function makeSource ({ url }: RunningService, operator: string): Promise<string> {
  const headers = { ...bearer(operator), 'content-type': 'application/json' }
  await fetch(`${url}/v1/sources/solihull/bartec`, {
    method: 'PUT', headers, body: JSON.stringify({ services: ['report-missed-bin'] })
  })
  const response = await fetch(`${url}/v1/sources/solihull/bartec/tokens`, { method: 'POST', headers, body: '{}' })
  return (await response.json() as { token: string }).token
}

/** Sends batches one after the other, as long as it is let. */
function startSending (service: RunningService, token: string) {
  const [sent, acknowledged, stopping] = [new Set<string>(), new Set<string>(), new AbortController()]
  const sending = (async () => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const ids = Array.from({ length: 20 }, (_, i) => `${n}-${i}`)
      ids.forEach((id) => sent.add(id))
      await deliver(service, token, ids)
      ids.forEach((id) => acknowledged.add(id))
    }
  })()
  const stop = async (): Promise<void> => {
    stopping.abort()
    await sending
  }
  return { sent, acknowledged, stop }
}

async function deliver ({ url }: RunningService, token: string, ids: string[]): Promise<void> {
  const events = ids.map((id) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web'
  }))
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST', headers: { ...bearer(token), 'content-type': 'application/json' }, body: JSON.stringify(events)
  })
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
}

async function countOf ({ url }: RunningService): Promise<number> {
  const { data } = await (await fetch(`${url}${SERIES}`)).json() as { data: { values: { value: number }[] }[] }
  return data[0]?.values[0]?.value ?? 0
}

const idsIn = async (dataDir: string): Promise<string[]> => await column(dataDir, 'SELECT id FROM event ORDER BY id')
const slotsOf = async (dataDir: string): Promise<string[]> =>
  await column(dataDir, 'SELECT slot_name FROM pg_replication_slots')

async function column (dataDir: string, statement: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: embeddedUrl(dataDir) })
  await client.connect()
  try {
    const { rows } = await client.query<string[]>({ text: statement, rowMode: 'array' })
    return rows.map(([value]) => value ?? '')
  } finally {
    await client.end()
  }
}
