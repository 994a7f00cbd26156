import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type App } from '../../src/app.ts'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { openDatabase, queryBuilderOn } from '../../src/postgres/database.ts'
import { listen } from '../../src/postgres/listen.ts'
import { OPERATOR_TOKEN } from './builders.ts'
import type { TestApp } from './app.ts'

/** A second service on the same database, with the clock of the first: it hears of changes by notification alone. */
export async function secondProcess (t: Test, { connectionString, clock }: TestApp): Promise<App> {
  const database = openDatabase({ connectionString, size: 4, onConnectionLost: () => undefined })
  const catalogue = await openCatalogue(database.db, () => clock.now)
  const listener = listen({
    connectionString,
    channel: 'catalogue',
    onNotified: () => {
      catalogue.refresh().catch((error: unknown) => t.error(error))
    },
    onBeat: async (client) => await catalogue.confirm(queryBuilderOn(client))
  })
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
