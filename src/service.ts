import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import type { App } from './app.ts'
import { newSecret } from './catalogue/secret.ts'
import type { Config } from './config.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres/postgres.ts'

export interface Service {
  app: App
  /** Where the made operator token lies; undefined if the environment gave one or none is needed. */
  operatorTokenFile: string | undefined
  /** Drains requests, then closes the database, then stops the embedded Postgres if there is one. */
  stop: () => Promise<void>
}

/** Everything of the service but listening: database, migrations, catalogue, app. */
export async function startService (config: Config, logger: Logger): Promise<Service> {
  // An embedded Postgres starts on another core while this one loads the code that will use it; loading leaves no time
  // for anything else, so not before Postgres is on its way.
  let loading: Promise<typeof import('./open-app.ts')> | undefined
  const load = (): Promise<typeof import('./open-app.ts')> => (loading ??= import('./open-app.ts'))
  const embedded = config.databaseUrl === undefined ? await startEmbedded(config, logger, load) : undefined
  try {
    const { openApp } = await load()
    const { operatorToken, operatorTokenFile } = operatorTokenFor(config)
    const { app, close } = await openApp({
      connectionString: config.databaseUrl ?? embedded?.url ?? '',
      poolSize: config.databasePoolSize,
      operatorToken,
      releaseAt: config.releaseAt,
      trustProxy: config.trustProxy,
      rateLimits: config.rateLimits,
      rateLimitStore: config.rateLimitStore,
      logger
    })
    return {
      app,
      operatorTokenFile,
      stop: async () => {
        await close()
        await embedded?.stop()
      }
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

async function startEmbedded (
  { dataDir }: Config, logger: Logger, onLaunched: () => unknown
): Promise<EmbeddedPostgres> {
  const log = logger.child({ from: 'postgres' })
  return await startEmbeddedPostgres({ directory: dataDir, log: (line) => log.debug(line), onLaunched })
}

// Made only beside the embedded database: a service on a shared database gets its token from whoever runs it.
function operatorTokenFor (
  { operatorToken, databaseUrl, dataDir }: Config
): { operatorToken: string | undefined, operatorTokenFile: string | undefined } {
  if (operatorToken !== undefined || databaseUrl !== undefined) return { operatorToken, operatorTokenFile: undefined }
  const file = resolve(join(dataDir, 'operator-token'))
  mkdirSync(dataDir, { recursive: true })
  if (!existsSync(file)) writeFileSync(file, `${newSecret()}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return { operatorToken: readFileSync(file, 'utf8').trim(), operatorTokenFile: file }
}
