import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { buildApp, type App } from './app.ts'
import type { Contact } from './domain/contact.ts'
import { listenForChanges } from './catalogue/listen-for-changes.ts'
import { openCatalogue } from './catalogue/live.ts'
import type { Door } from './http/door.ts'
import type { Role } from './http/plugins/role.ts'
import type { Quotas } from './domain/quotas.ts'
import { warmSchemas } from './json/lazy-schema.ts'
import { warmCompilers } from './http/compilers.ts'
import type { RateLimits } from './domain/rate-limits.ts'
import { openDatabase } from './postgres/database.ts'
import { reasonOf } from './postgres/failures.ts'
import { reachDatabase } from './postgres/reach-database.ts'
import { openReplica, type Replica } from './postgres/replica.ts'
import { serveMetrics } from './metrics-server.ts'
import { countTroubles, measureVersion, type Trouble } from './service-metrics.ts'
import { VERSION } from './version.ts'
import { checkDatabase, prepareDatabase } from './prepare-database.ts'

/** Whoever asks first whether the service is ready is answered before. */
const WARM_AFTER_MS = 1000

interface Options {
  connectionString: string
  /** The address of Postgres itself, where a pooler stands at the other. */
  listenString?: string | undefined
  /** A standby that answers the public while it lags by no more. */
  replica?: { connectionString: string, mostLagMs: number } | undefined
  poolSize: number
  operatorToken: string | undefined
  metricsToken?: string | undefined
  /** Where `/metrics` is served without a token. */
  metricsAt?: { host: string, port: number } | undefined
  /** Whether spans of requests are collected. */
  traced?: boolean
  releaseAt?: number
  foldEveryMs?: number
  trustProxy?: number | string[] | undefined
  rateLimits?: RateLimits | undefined
  rateLimitStore?: 'local' | 'shared'
  stopSeconds?: number
  role?: Role
  /** Private networks to which webhooks may go. */
  webhookNetworks?: string[]
  /** Where clients reach the service, and whom they may ask about its data. */
  publicUrl?: string | undefined
  basePath?: string
  keepAliveSeconds?: number
  contact?: Contact | undefined
  quotas?: Quotas
  /** Seconds to wait for the database. */
  databaseWait?: number
  /** Whether to bring the schema and the shipped catalogue up to date; else they are only checked. */
  migrates?: boolean
  runRole?: string | undefined
  /** Listens already, and is opened for the app once that is ready; left out: whoever has the app listens. */
  door?: Door
  /** Ends a wait for the database. */
  signal?: AbortSignal
  logger: Logger
}

/**
 * The app on a database: schema brought up to date, catalogue loaded. `close` drains requests, then closes the
 * database, and says how many requests were cut.
 */
export async function openApp (options: Options): Promise<{ app: App, close: () => Promise<number> }> {
  const { connectionString, listenString, poolSize, operatorToken, releaseAt, trustProxy, quotas } = options
  const { stopSeconds, role, logger, rateLimits, rateLimitStore, foldEveryMs } = options
  const { metricsToken, metricsAt, traced = false } = options
  const { webhookNetworks = [], publicUrl, basePath, keepAliveSeconds, contact } = options
  let replica: Replica | undefined
  const { databaseWait = 60, migrates = true, runRole, door, signal } = options
  const say = (what: string): void => {
    logger.warn(what)
    if (door !== undefined) door.why = what
  }
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  measureVersion(registry, VERSION)
  // As with the other port: one that is taken must not be found out after a migration.
  const metricsServer = metricsAt && await serveMetrics(registry, metricsAt)
  const troubles = countTroubles(registry)
  const failed = (what: Trouble, message: string) => (error: unknown): void => {
    troubles(what)
    logger.warn({ reason: reasonOf(error) }, message)
  }
  const database = openDatabase({
    connectionString, listenString, size: poolSize, onConnectionLost: failed('connection', 'lost a database connection')
  })
  try {
    const version = await reachDatabase(database, { seconds: databaseWait, signal, say })
    logger.info({ version }, 'the database answers')
    if (migrates) await prepareDatabase(database.db, { runRole, say, tell: tellTo(logger, door) })
    else await checkDatabase(database.db, say)
    const catalogue = await openCatalogue(database.db, Date.now, quotas)
    const listener = listenForChanges(catalogue, {
      connectionString: listenString ?? connectionString,
      onFailed: failed('catalogue', 'catalogue not refreshed'),
      onLost: failed('connection', 'lost the connection that listens for changes')
    })
    replica = options.replica && openReplica({
      ...options.replica,
      primary: listenString ?? connectionString,
      size: poolSize,
      onConnectionLost: failed('replica', 'lost a connection to the read replica'),
      onChange: ({ isInUse, why }) => {
        if (isInUse) logger.info('the read replica answers the public')
        else logger.warn({ reason: why }, 'the read replica is not in use: the primary answers')
      }
    })
    const tracing = traced
      ? (await import('./telemetry/open-telemetry.ts')).openTelemetry(VERSION)
      : undefined
    const app = await buildApp({
      database,
      replica,
      catalogue,
      clock: Date.now,
      operatorToken,
      metricsToken,
      registry,
      tracing,
      logger,
      trustProxy,
      door,
      ...(role !== undefined && { role }),
      rateLimits,
      publicUrl,
      ...(basePath !== undefined && { basePath }),
      ...(keepAliveSeconds !== undefined && { keepAliveSeconds }),
      contact,
      webhooks: { networks: webhookNetworks, sendEveryMs: 1000, watchEveryMs: 60_000 },
      shareRateLimits: rateLimitStore === 'shared',
      ...(releaseAt !== undefined && { releaseAt }),
      ...(foldEveryMs !== undefined && { foldEveryMs }),
      ...(stopSeconds !== undefined && { stopSeconds })
    })
    if (door !== undefined) {
      await app.ready()
      door.open()
      setTimeout(warm, WARM_AFTER_MS).unref()
    }
    return {
      app,
      close: async () => {
        await app.close()
        await Promise.all([tracing?.close(), metricsServer?.close()])
        await listener.close()
        await replica?.close()
        await database.close()
        return app.cutRequests ?? 0
      }
    }
  } catch (error) {
    await metricsServer?.close()
    await replica?.close()
    await database.close()
    throw error
  }
}

const tellTo = (logger: Logger, door: Door | undefined) => (migration: string, ms?: number): void => {
  if (ms !== undefined) {
    logger.info({ migration, ms }, 'migrated')
    return
  }
  logger.info({ migration }, 'migrating')
  if (door !== undefined) door.why = `migration ${migration} is on its way`
}

// The compilers of schemas load when nobody waits, if nobody has needed them by then.
function warm (): void {
  warmSchemas()
  warmCompilers()
}
