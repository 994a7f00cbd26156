import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testApp, testDatabase, testSource } from '../support/app.ts'
import { run } from '../support/backups.ts'
import { event, get, send } from '../support/builders.ts'
import { databaseUrl, onServer } from '../support/postgres.ts'

const SERIES =
  '/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'

function folder (t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'lpp-dump-'))
  t.teardown(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

function majorOfDump (): number {
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' })
  return Number(/(\d+)/.exec(stdout)?.[1] ?? 0)
}

t.test('without a pg_dump, or with one older than the server, a sentence says what to install', async (t) => {
  const { connectionString } = await testDatabase(t)
  const programs = folder(t)
  const to = join(programs, 'backup.tgz')
  const env = { DATABASE_URL: connectionString, PATH: programs }
  const none = await run('backup', ['--to', to], env)
  t.match(none, { code: 2, err: /^No backup: there is no pg_dump on this machine: install PostgreSQL's client \d+/ })
  writeFileSync(join(programs, 'pg_dump'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 14.1"\n')
  chmodSync(join(programs, 'pg_dump'), 0o755)
  const old = await run('backup', ['--to', to], env)
  t.match(old, { code: 2, err: /^No backup: pg_dump 14 is older than the server, \d+: install/ })
  t.equal(old.err.trim().split('\n').length, 1)
})

t.test('a dump goes into an empty database, and answers as before', async (t) => {
  const { app, database, connectionString } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, [event('1'), event('2')])
  const { rows: [server] } = await database.pool.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major"
  )
  const archive = join(folder(t), 'backup.tgz')
  const made = await run('backup', ['--to', archive], { DATABASE_URL: connectionString })
  if (majorOfDump() < (server?.major ?? 0)) {
    t.match(made, { code: 2, err: /^No backup: (there is no pg_dump|pg_dump \d+ is older)/ })
    t.comment('no pg_dump as new as the server here: only the refusal was tried')
    return
  }
  t.equal(made.code, 0, made.err)
  const full = await run('restore', ['--from', archive], { DATABASE_URL: connectionString })
  t.match(full, { code: 2, err: /is not empty; make an empty one/ })
  const name = `${new URL(connectionString).pathname.slice(1)}_restored`
  const onIt = async (statement: string): Promise<void> =>
    await onServer(connectionString, async (client) => {
      await client.query(statement)
    })
  await onIt(`CREATE DATABASE ${name}`)
  t.teardown(async () => await onIt(`DROP DATABASE ${name} WITH (FORCE)`))
  const restored = databaseUrl(connectionString, name)
  const told = await run('restore', ['--from', archive], { DATABASE_URL: restored })
  t.match(told, { code: 0, out: /every rollup is the sum of its events/ }, told.err)
  const before = await get(app, SERIES)
  await onServer(restored, async (client) => {
    const { rows } = await client.query('SELECT id FROM event ORDER BY id')
    t.same(rows, [{ id: '1' }, { id: '2' }])
    const { rows: [granted] } = await client.query("SELECT has_table_privilege('lpp_request', 'event', 'INSERT') AS may")
    t.same(granted, { may: true }, 'requests have their rights')
  })
  t.equal(before.data[0].values[0].value, 2)
})
