import { chmodSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import type { App } from './app.ts'
import { newSecret } from './catalogue/secret.ts'
import type { Config } from './config.ts'
import { writeDurably } from './embedded-postgres/durable.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres/postgres.ts'
import { readOr } from './embedded-postgres/running.ts'

export interface Service {
  app: App
  /** Where the made operator token lies; undefined if the environment gave one or none is needed. */
  operatorTokenFile: string | undefined
  /**
   * Drains requests, then closes the database, then stops the embedded Postgres if there is one; resolves with how many
   * requests were cut.
   */
  stop: () => Promise<number>
}

/**
 * Everything of the service but listening: database, migrations, catalogue, app. `signal` ends a start that is under
 * way, its Postgres with it.
 */
export async function startService (config: Config, logger: Logger, signal: AbortSignal): Promise<Service> {
  // An embedded Postgres starts on another core while this one loads the code that will use it; loading leaves no time
  // for anything else, so not before Postgres is on its way.
  let loading: Promise<typeof import('./open-app.ts')> | undefined
  const load = (): Promise<typeof import('./open-app.ts')> => (loading ??= import('./open-app.ts'))
  const embedded = config.databaseUrl === undefined ? await startEmbedded(config, logger, load, signal) : undefined
  try {
    const { openApp } = await load()
    const { operatorToken, operatorTokenFile } = operatorTokenFor(config)
    const { app, close } = await unlessAborted(signal, openApp({
      connectionString: config.databaseUrl ?? embedded?.url ?? '',
      poolSize: config.databasePoolSize,
      operatorToken,
      metricsToken: config.metricsToken,
      metricsAt: config.metricsPort === undefined ? undefined : { host: config.host, port: config.metricsPort },
      traced: config.tracesTo !== undefined,
      releaseAt: config.releaseAt,
      trustProxy: config.trustProxy,
      rateLimits: config.rateLimits,
      rateLimitStore: config.rateLimitStore,
      stopSeconds: config.stopSeconds,
      role: config.role,
      quotas: config.quotas,
      logger
    }))
    return {
      app,
      operatorTokenFile,
      stop: async () => {
        const cut = await close()
        await embedded?.stop()
        return cut
      }
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

async function startEmbedded (
  { dataDir }: Config, logger: Logger, onLaunched: () => unknown, signal: AbortSignal
): Promise<EmbeddedPostgres> {
  const log = logger.child({ from: 'postgres' })
  return await startEmbeddedPostgres({
    directory: dataDir, log: (line) => log.debug(line), say: (what) => log.warn(what), onLaunched, signal
  })
}

async function unlessAborted<T> (signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  work.catch(() => undefined) // nobody waits for it any more if it fails after
  return await Promise.race([work, aborted])
}

// Made only beside the embedded database: a service on a shared database gets its token from whoever runs it.
function operatorTokenFor (
  { operatorToken, databaseUrl, dataDir }: Config
): { operatorToken: string | undefined, operatorTokenFile: string | undefined } {
  if (operatorToken !== undefined || databaseUrl !== undefined) return { operatorToken, operatorTokenFile: undefined }
  const file = resolve(join(dataDir, 'operator-token'))
  if (readOr(file).trim() === '') writeDurably(file, `${newSecret()}\n`, 0o600)
  chmodSync(file, 0o600)
  return { operatorToken: readOr(file).trim(), operatorTokenFile: file }
}
