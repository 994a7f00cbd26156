import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type App, type AppOptions } from '../../src/app.ts'
import { QUOTAS, type Quotas } from '../../src/domain/quotas.ts'
import { openCatalogue, type Catalogue } from '../../src/catalogue/live.ts'
import { openApp } from '../../src/open-app.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { DEADLINES } from '../../src/postgres/deadlines.ts'
import { OPERATOR_TOKEN, testSource } from './builders.ts'
import { onEveryServer } from './cluster.ts'
import { databaseUrl, onServer } from './postgres.ts'
import { runRoleOn } from './run-role.ts'
import { keepStatements } from './statements.ts'

export { OPERATOR_TOKEN, testSource }

// On a busy machine what is tried here takes longer than anybody should wait for a database.
Object.assign(DEADLINES, { connectMs: 120_000, lockMs: 120_000, statementMs: 120_000 })

const statements = process.env['TEST_STATEMENTS']
if (statements !== undefined) keepStatements(statements)

export interface TestApp {
  app: App
  database: Database
  catalogue: Catalogue
  connectionString: string
  clock: { now: number }
}

/**
 * A database of this test's own, cloned from the migrated template. Kept, and named, if the test fails. With
 * `asRunRole`, or TEST_AS_RUN_ROLE in the environment, a user who owns nothing does all that the test does with it.
 */
export async function testDatabase (
  t: Test, { asRunRole = process.env['TEST_AS_RUN_ROLE'] !== undefined } = {}
): Promise<{ database: Database, connectionString: string }> {
  const server = process.env['TEST_DATABASE_URL'] ?? ''
  const name = `lpp_${randomBytes(6).toString('hex')}`
  // Copied file by file: by way of the log it takes twice as long to make, and six times to drop.
  await onEveryServer(`CREATE DATABASE ${name} TEMPLATE ${process.env['TEST_TEMPLATE'] ?? ''} STRATEGY file_copy`)
  await onServer(databaseUrl(server, name), async (client) => {
    // What is suppressed is drawn by the key: with one of its own every run would publish other wards.
    await client.query('UPDATE release_key SET key = $1', [process.env['TEST_RELEASE_KEY'] ?? 'key of the tests'])
  })
  const own = databaseUrl(server, name)
  const connectionString = asRunRole ? await runRoleOn(own) : own
  const database = openDatabase({ connectionString, size: 10, onConnectionLost: () => undefined })
  t.teardown(async () => {
    await database.close()
    if (t.passing()) {
      await onEveryServer(`DROP DATABASE ${name} WITH (FORCE)`)
    } else t.comment(`database kept: ${connectionString}`)
  })
  return { database, connectionString }
}

/** For a test that tells what is folded from what is not: nothing is folded but what the test folds. */
export const NEVER_MS = 2 ** 31 - 1

type Settable = 'publicUrl' | 'basePath' | 'keepAliveSeconds' | 'releaseAt' | 'contact' | 'foldEveryMs' | 'trustProxy' | 'gateLimits' | 'exportLimits' | 'rateLimits' | 'shareRateLimits' | 'metricsToken' | 'tracing' | 'webhooks'
type TestSettings = Pick<AppOptions, Settable> & { quotas?: Partial<Quotas>, logger?: AppOptions['logger'], asRunRole?: boolean }

/** The app that ships, on a database of its own, with a clock that stands still until the test moves it. */
export async function testApp (
  t: Test,
  now = '2014-06-10T12:00:00Z',
  { quotas = {}, asRunRole, ...settings }: TestSettings = {}
): Promise<TestApp> {
  const { database, connectionString } = await testDatabase(t, asRunRole === undefined ? {} : { asRunRole })
  const clock = { now: Date.parse(now) }
  const catalogue = await openCatalogue(database.db, () => clock.now, { ...QUOTAS, ...quotas })
  const app = await buildApp({
    database,
    catalogue,
    clock: () => clock.now,
    operatorToken: OPERATOR_TOKEN,
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    ...settings
  })
  t.teardown(async () => await app.close())
  return { app, database, catalogue, connectionString, clock }
}

/**
 * Another process of the service on the same database, as it starts: it listens for changes that others make.
 */
export async function anotherProcess (
  t: Test, connectionString: string,
  settings: Pick<Parameters<typeof openApp>[0], 'rateLimits' | 'rateLimitStore' | 'foldEveryMs'> = {}
): Promise<App> {
  const { app, close } = await openApp({
    connectionString, poolSize: 5, operatorToken: OPERATOR_TOKEN, logger: pino({ level: 'silent' }), ...settings
  })
  t.teardown(close)
  return app
}
