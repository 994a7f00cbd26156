import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type App } from '../../src/app.ts'
import { listenForChanges } from '../../src/catalogue/listen-for-changes.ts'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { openDatabase } from '../../src/postgres/database.ts'
import { OPERATOR_TOKEN } from './builders.ts'
import type { TestApp } from './app.ts'

/** A second service on the same database, with the clock of the first: it hears of changes by notification alone. */
export async function secondProcess (t: Test, { connectionString, clock }: TestApp): Promise<App> {
  const database = openDatabase({ connectionString, size: 4, onConnectionLost: () => undefined })
  const catalogue = await openCatalogue(database.db, () => clock.now)
  const failed = (error: unknown): void => {
    t.error(error)
  }
  const listener = listenForChanges(catalogue, { connectionString, onFailed: failed, onLost: failed })
  const app = await buildApp({
    database, catalogue, clock: () => clock.now, operatorToken: OPERATOR_TOKEN, logger: pino({ level: 'silent' })
  })
  t.teardown(async () => {
    await app.close()
    await listener.close()
    await database.close()
  })
  return app
}
