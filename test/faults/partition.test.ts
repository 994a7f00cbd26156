import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import pg from 'pg'
import { PARTS } from '../../src/postgres/partitions.ts'
import { testDatabase } from '../support/app.ts'
import { event } from '../support/builders.ts'
import { startProcess } from '../support/process.ts'
import { Client } from '../support/rounds.ts'

const OPERATOR = 'operator-token-of-the-tests'
const CLI = join(import.meta.dirname, '../../src/cli/partition.ts')

async function partition (connectionString: string, ...args: string[]): Promise<{ code: number | null, said: string }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: connectionString }, stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  }
  await once(child, 'close')
  return { code: child.exitCode, said }
}

t.test('an operator puts the events into parts, and back, while the service stands still', async (t) => {
  const { connectionString } = await testDatabase(t, { asRunRole: false })
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-partition-'))
  t.teardown(() => { rmSync(dataDir, { recursive: true, force: true }) })
  const start = async () => await startProcess(dataDir, { DATABASE_URL: connectionString, OPERATOR_TOKEN: OPERATOR })

  if ((await partition(connectionString, '--undo')).code !== 0) t.fail('it begins with plain tables')
  let service = await start()
  let client = new Client(service.url, OPERATOR)
  await client.must('PUT', '/v1/sources/solihull/bartec', OPERATOR, { services: ['report-missed-bin'] })
  const { token } = await client.must('POST', '/v1/sources/solihull/bartec/tokens', OPERATOR, {})
  await client.must('POST', '/v1/events', token, [event('1'), event('2')])
  await client.must('POST', '/v1/events', token, event('2', { count: 3, revision: 2 }))

  const beside = await partition(connectionString)
  t.equal(beside.code, 1)
  t.match(beside.said, /^Nothing has changed: a service or one of its commands has \d+ connections to the database: stop all of them, on every machine, and run it again\n$/)

  for (const [args, copying, done, already] of [
    [[], `copying every event into ${PARTS} parts`, `3 events and earlier versions are in ${PARTS} parts now`, 'the events are in parts already'],
    [['--undo'], 'copying every event; if', '3 events and earlier versions are in plain tables now', 'the events are in plain tables already']
  ] as const) {
    await service.end('SIGTERM')
    const { code, said } = await partition(connectionString, ...args)
    t.equal(code, 0, said)
    t.match(said, copying)
    t.match(said, done)
    t.same(await partition(connectionString, ...args), { code: 0, said: `${already}\n` })
    service = await start()
    client = new Client(service.url, OPERATOR)
    t.match(await client.must('POST', '/v1/events', token, [event('1')]), { stored: 0, duplicates: 1 })
    t.match(await client.must('GET', '/v1/events/2', token), { count: 3, revision: 2, history: [{ count: 1 }] })
  }
  await service.end('SIGTERM')
  t.same(client.faults, [])
})

t.test('a database without events, or one that somebody else holds, is left as it is', async (t) => {
  const { connectionString } = await testDatabase(t, { asRunRole: false })
  const holder = new pg.Client({ connectionString })
  await holder.connect()
  await holder.query('BEGIN; LOCK TABLE event IN ACCESS SHARE MODE')
  const held = await partition(connectionString, ...process.env['TEST_PARTITIONS'] === undefined ? [] : ['--undo'])
  t.equal(held.code, 1)
  t.match(held.said, /Nothing has changed: .*lock/)
  await holder.query('ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  await holder.end()
  t.same(await partition(connectionString), {
    code: 1, said: 'Nothing has changed: the database has no events: run `npm run migrate` first\n'
  })
})
