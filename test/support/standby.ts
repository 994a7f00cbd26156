import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type App } from '../../src/app.ts'
import { openCatalogue, type Catalogue } from '../../src/catalogue/live.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { openReplica, type Replica } from '../../src/postgres/replica.ts'
import { OPERATOR_TOKEN } from './builders.ts'
import { databaseUrl, fillDatabase, onServer } from './postgres.ts'
import { waitUntil } from './wait-until.ts'

const NAME = 'lpp'
const SMALL = { fsync: 'off', shared_buffers: '64MB', max_standby_streaming_delay: '0' }

export interface Servers {
  primary: Standing
  standby: Standing
  /** Another standby, of the primary as it was before it served anybody. */
  startAnother: () => Promise<Standing>
}

export interface Standing {
  /** Of the database. */
  url: string
  pid: () => number
  /** One statement, by a connection that is the test's own. */
  ask: <T extends object>(text: string) => Promise<T[]>
  stop: () => Promise<void>
}

/** A primary with a database of the service, and a standby that streams from it; both end with the test. */
export async function startServers (t: Test): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'lpp-standby-'))
  const [here, ...copies] = ['primary', 'standby', 'another'].map((name) => join(folder, name)) as [string, string, string]
  const running: Standing[] = []
  t.teardown(async () => {
    for (const one of running.reverse()) await one.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const start = async (directory: string, settings: Record<string, string> = {}): Promise<Standing> => {
    const server = await standing(await startEmbeddedPostgres({
      directory, log: () => undefined, settings: { ...SMALL, ...settings }
    }))
    running.push(server)
    return server
  }
  const first = await startEmbeddedPostgres({ directory: here, log: () => undefined, settings: SMALL })
  await onServer(first.url, async (client) => {
    await client.query(`CREATE DATABASE ${NAME}`)
  })
  await fillDatabase(databaseUrl(first.url, NAME))
  await first.stop()
  for (const copy of copies) {
    mkdirSync(copy)
    execFileSync('cp', ['-a', join(here, 'postgres'), join(here, 'postgres-password'), copy])
    // As a copy, so that it belongs to whoever runs Postgres.
    execFileSync('cp', ['-a', join(copy, 'postgres', 'PG_VERSION'), join(copy, 'postgres', 'standby.signal')])
  }
  const primary = await start(here)
  const startStandby = async (directory: string): Promise<Standing> =>
    await start(directory, { primary_conninfo: primary.url.replace('?', '') })
  return {
    primary,
    standby: await startStandby(copies[0]),
    startAnother: async () => await startStandby(copies[1])
  }
}

async function standing (server: EmbeddedPostgres): Promise<Standing> {
  const url = databaseUrl(server.url, NAME)
  const open = (): pg.Pool => new pg.Pool({ connectionString: url, max: 1 }).on('error', () => undefined)
  const pool = open()
  return {
    url,
    pid: () => server.pid ?? 0,
    ask: async (text) => (await pool.query(text)).rows,
    stop: async () => {
      if (!pool.ended) await pool.end()
      await server.stop()
    }
  }
}

export interface ReplicatedApp {
  app: App
  database: Database
  catalogue: Catalogue
  replica: Replica
  clock: { now: number }
  /** Of lag, in ms: it stands still until the test moves it. */
  stopwatch: { now: number }
  /** Waits until the replica has all that was committed before the call, and is in use. */
  caughtUp: () => Promise<void>
}

export const MOST_LAG_MS = 5000

/** The app that ships, on a primary and a standby, with clocks that stand still until the test moves them. */
export async function replicatedApp (
  t: Test, { primary, standby }: { primary: { url: string }, standby: { url: string } }
): Promise<ReplicatedApp> {
  const clock = { now: Date.parse('2014-06-10T12:00:00Z') }
  const stopwatch = { now: 1000 }
  const database = openDatabase({ connectionString: primary.url, size: 10, onConnectionLost: () => undefined })
  const catalogue = await openCatalogue(database.db, () => clock.now)
  const replica = openReplica({
    primary: primary.url,
    connectionString: standby.url,
    size: 10,
    mostLagMs: MOST_LAG_MS,
    onConnectionLost: () => undefined,
    stopwatch: () => stopwatch.now,
    beatMs: 20
  })
  const app = await buildApp({
    database,
    replica,
    catalogue,
    clock: () => clock.now,
    operatorToken: OPERATOR_TOKEN,
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  })
  t.teardown(async () => {
    await app.close()
    await replica.close()
    await database.close()
  })
  const caughtUp = async (): Promise<void> => {
    const since = stopwatch.now
    stopwatch.now += 1
    await waitUntil(`the replica is in use: ${JSON.stringify(replica.state())}`, () => replica.age(since) !== undefined)
  }
  return { app, database, catalogue, replica, clock, stopwatch, caughtUp }
}
