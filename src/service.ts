import { chmodSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import type { App } from './app.ts'
import { newSecret } from './catalogue/secret.ts'
import type { Config } from './config.ts'
import type { Door } from './http/door.ts'
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

interface Start {
  config: Config
  logger: Logger
  /** Opened once the app is ready. */
  door: Door
  /** Ends a start that is under way, its Postgres with it. */
  signal: AbortSignal
}

/** Everything of the service but listening: database, migrations, catalogue, app. */
export async function startService ({ config, logger, door, signal }: Start): Promise<Service> {
  // An embedded Postgres starts on another core while this one loads the code that will use it; loading leaves no time
  // for anything else, so not before Postgres is on its way.
  let loading: Promise<typeof import('./open-app.ts')> | undefined
  const load = (): Promise<typeof import('./open-app.ts')> => (loading ??= import('./open-app.ts'))
  const embedded = config.databaseUrl === undefined
    ? await startEmbedded({ config, logger, door, signal }, load)
    : undefined
  try {
    const { openApp } = await load()
    const { operatorToken, operatorTokenFile } = operatorTokenFor(config)
    const { app, close } = await unlessAborted(signal, openApp({
      connectionString: config.databaseUrl ?? embedded?.url ?? '',
      listenString: config.databaseListenUrl,
      replica: config.databaseReplicaUrl === undefined
        ? undefined
        : { connectionString: config.databaseReplicaUrl, mostLagMs: config.replicaMaxLag * 1000 },
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
      webhookNetworks: config.webhookNetworks,
      publicUrl: config.publicUrl,
      basePath: config.basePath,
      keepAliveSeconds: config.keepAliveTimeout,
      contact: config.contact,
      quotas: config.quotas,
      databaseWait: config.databaseWait,
      migrates: config.migrate,
      runRole: config.runRole,
      door,
      signal,
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
  { config: { dataDir }, logger, door, signal }: Start, onLaunched: () => unknown
): Promise<EmbeddedPostgres> {
  const log = logger.child({ from: 'postgres' })
  const say = (what: string): void => {
    log.warn(what)
    door.why = what
  }
  return await startEmbeddedPostgres({ directory: dataDir, log: (line) => log.debug(line), say, onLaunched, signal })
}

async function unlessAborted<T> (signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined) // nobody waits for it any more if it fails after
  signal.throwIfAborted()
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
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
