import type { IncomingMessage } from 'node:http'
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { Registry } from 'prom-client'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Contact } from './domain/contact.ts'
import type { Catalogue } from './catalogue/live.ts'
import { Refusals } from './catalogue/refusals.ts'
import { watchExpiry } from './catalogue/token-expiry.ts'
import { trackTokenUse } from './catalogue/token-use.ts'
import type { RateLimits } from './domain/rate-limits.ts'
import { buildSerializer, buildValidator } from './http/compilers.ts'
import type { Door } from './http/door.ts'
import { EXPORT_LIMITS } from './http/export/send.ts'
import { answerConditionally } from './http/formats/conditional.ts'
import { leaveOutFields } from './http/formats/fields.ts'
import { messageFrom, nameAddresses, withoutBase } from './http/plugins/base-address.ts'
import { boundBodies } from './http/plugins/admission.ts'
import { limitRates } from './http/limits/rate-limits.ts'
import { registerAuthentication } from './http/plugins/authenticate.ts'
import { compressAnswers } from './http/plugins/compress.ts'
import { drainOnClose } from './http/plugins/draining.ts'
import { registerPermissions } from './http/plugins/permission.ts'
import { noteRefusals } from './http/plugins/refused.ts'
import { readBodies, SETTINGS_BYTES } from './http/plugins/bodies.ts'
import { Connections, type ConnectionLimits } from './http/plugins/connections.ts'
import { registerOpenApi } from './http/plugins/openapi.ts'
import { registerPersonalDataCheck } from './http/plugins/personal-data.ts'
import { collectRoutes, markAnswer, refuseAddress, registerProblems } from './http/plugins/problems.ts'
import { keepAnswersApart } from './http/plugins/answer.ts'
import { acceptedRequestId, logRequests } from './http/plugins/request-log.ts'
import { serveRole, type Role } from './http/plugins/role.ts'
import { refuseUnknownQueries } from './http/plugins/queries.ts'
import { readFromReplica } from './http/plugins/replica.ts'
import { viewerOf } from './http/plugins/session.ts'
import { readRefusedBodies } from './http/plugins/refused-bodies.ts'
import { refuseUnstorableTexts } from './http/plugins/storable-text.ts'
import { boundUnsent, type UnsentLimits } from './http/plugins/unsent.ts'
import { performancePlatform, performancePlatformV1, refuseRoot } from './performance-platform/index.ts'
import { metricsRoutes } from './http/routes/metrics.ts'
import { pageRoutes } from './http/pages/routes.ts'
import { catalogueRoutes, dataJsonRoutes } from './http/routes/open-data.ts'
import { operationsRoutes } from './http/routes/operations.ts'
import { registerV1, V1_SCHEMAS } from './http/v1.ts'
import { Arrivals } from './intake/arrivals.ts'
import { Intake } from './intake/intake.ts'
import { AnswerCache } from './cache/answer-cache.ts'
import { Cache } from './cache/cache.ts'
import { States } from './cache/states.ts'
import { CostlyGate, type GateLimits } from './cache/costly-gate.ts'
import type { Database } from './postgres/database.ts'
import { isDatabaseUnavailable, reasonOf } from './postgres/failures.ts'
import type { Replica } from './postgres/replica.ts'
import { shareOf } from './postgres/share.ts'
import { requestPool } from './postgres/scoped.ts'
import { ReleasedReader } from './releases/reader.ts'
import { openReleasing } from './releases/releasing.ts'
import { logRelease, scheduleReleases } from './releases/schedule.ts'
import { blockListOf } from './outbox/addresses.ts'
import { Deliveries } from './outbox/deliveries.ts'
import { LOOKS_EVERY_MS, OpenViews } from './open-views/schedule.ts'
import { openRetention } from './retention/open-retention.ts'
import { DatabaseStates, SeriesStates, startFolding } from './rollups/index.ts'
import { countDeliveries, countReplicaReads, countTroubles, measureService, type Trouble } from './service-metrics.ts'
import { RequestMetrics } from './telemetry/request-metrics.ts'
import type { Tracing } from './telemetry/tracing.ts'
import { VERSION } from './version.ts'
import { Watch } from './webhooks/watch.ts'

export interface AppOptions {
  database: Database
  /** Answers the public while it is not much behind; left out: the database does. */
  replica?: Replica | undefined
  catalogue: Catalogue
  /** Milliseconds since the epoch. The only clock the app reads. */
  clock: () => number
  operatorToken: string | undefined
  /** A secret that reads `/metrics`, and nothing else. */
  metricsToken?: string | undefined
  /** Where everything is counted; left out: one of its own. */
  registry?: Registry
  /** Collects spans of requests; left out: nobody does. */
  tracing?: Tracing | undefined
  logger: FastifyBaseLogger
  /** How often rollups are folded behind the writers, if there is reason to: a second. */
  foldEveryMs?: number
  /** When to release every day, as minutes after midnight in London; left out: never, and no raw row leaves either. */
  releaseAt?: number
  /** Where webhooks may go besides the internet, and how often to look for what to send; left out: they do not go. */
  webhooks?: WebhookOptions
  /** Proxies whose word on a client's address is taken; left out: nobody's. */
  trustProxy?: number | string[] | undefined
  /** How many costly answers are computed at a time, and how many wait. */
  gateLimits?: Partial<GateLimits>
  /** The same of exports. */
  exportLimits?: Partial<GateLimits>
  /** How many requests a client may send; left out: the defaults. */
  rateLimits?: RateLimits | undefined
  /** Instances count them together. */
  shareRateLimits?: boolean
  /** What may wait for clients who do not read; left out: the defaults. */
  connectionLimits?: ConnectionLimits | undefined
  unsentLimits?: UnsentLimits | undefined
  /** For requests to be answered once the service is told to stop; left out: 30. */
  stopSeconds?: number
  /** Where clients reach the service; left out: where each request reached it. */
  publicUrl?: string | undefined
  /** The path before every address, such as `/performance`; left out: none. */
  basePath?: string
  /** For which a connection is kept whose client asks nothing; left out: 72. */
  keepAliveSeconds?: number
  /** Whom catalogues of data sets name for questions. */
  contact?: Contact | undefined
  role?: Role
  /** Listens already for this app; left out: whoever has the app listens. */
  door?: Door | undefined
}

interface WebhookOptions { networks: readonly string[], sendEveryMs?: number, watchEveryMs?: number }

/** For a request to come in whole: 8 MiB at a megabit a second take 67 seconds. Begins with its first byte. */
const REQUEST_MS = 120_000
/** Of the connections of readers those that costly answers may take together. */
const COSTLY_SHARE = 2 / 3
/** Of the connections of readers those that exports take together, however many run. */
const EXPORT_CONNECTIONS = 2
/** They read everything once: kept with what others ask for it would drive that out. */
const EXPORT_CACHE_BYTES = 8 * 1024 * 1024
/** Of the downloads at once those of one client, and how many may wait for a place, and for how long. */
const DOWNLOAD_LIMITS = { ofClient: 2, waitingOfClient: 4, waiting: 20, waitMs: 20_000 }

export type App = FastifyInstance

/** The whole service, every plugin and route in order, nothing listening. */
export async function buildApp (options: AppOptions): Promise<App> {
  const { database, catalogue, clock, operatorToken, logger, foldEveryMs = 1000, releaseAt, trustProxy } = options
  const { metricsToken, registry = new Registry(), tracing, role = 'all' } = options
  const { publicUrl, basePath = '', keepAliveSeconds = 72, contact } = options
  const { rateLimits, shareRateLimits = false, connectionLimits, unsentLimits, door, replica } = options
  const connections = door?.connections ?? new Connections({ limits: connectionLimits, trustProxy })
  const times = { requestTimeout: REQUEST_MS, keepAliveTimeout: keepAliveSeconds * 1000 }
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: SETTINGS_BYTES,
    serverFactory: (handle) => door?.serverFor(handle, times) ?? connections.server(handle, times),
    ...(basePath !== '' && { rewriteUrl: ({ url = '' }: IncomingMessage) => withoutBase(url, basePath) }),
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy ?? false,
    logController: new LogController({ disableRequestLogging: true }), // one line of our own a request instead of two
    genReqId: ({ headers }) => acceptedRequestId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: refuseAddress,
    return503OnClosing: false, // its own 503 is no problem document; see draining.ts
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    schemaController: { compilersFactory: { buildValidator, buildSerializer } }
  }).withTypeProvider<TypeBoxTypeProvider>()
  const reached = { basePath, publicUrl }
  nameAddresses(app, reached)
  const { db, pool, writers, downloads, probe, sessions } = database
  const troubles = countTroubles(registry)
  const failed = (what: Trouble, message: string) => (error: unknown): void => {
    troubles(what)
    app.log.warn(isDatabaseUnavailable(error) ? { reason: reasonOf(error) } : { err: error }, message)
  }
  logRequests(app, { catalogue, metrics: new RequestMetrics(registry), tracing })
  const tokenUse = trackTokenUse(db, failed('token use', 'last use of tokens not saved'))
  app.addHook('onClose', async () => await tokenUse.close())
  const expiry = watchExpiry({ catalogue, clock, warn: (token) => app.log.warn(token, 'a token expires soon') })
  app.addHook('onClose', async () => expiry.stop())
  const intake = new Intake(writers, undefined, undefined, new Arrivals(
    writers, failed('feeds', 'not noted when rows came in'), foldEveryMs
  ))
  app.addHook('onClose', async () => await intake.arrivals.flush())
  app.decorate('intake', intake)
  const folding = startFolding({
    pool: writers,
    inTurn: async (work) => await intake.behind(work),
    everyMs: role === 'read' ? rarely(foldEveryMs) : foldEveryMs,
    onError: failed('folding', 'rollups not folded')
  })
  app.addHook('onClose', async () => await folding.close())
  app.addHook('onRequest', async (request, reply) => {
    markAnswer(request, reply)
  })
  drainOnClose(app, options.stopSeconds ?? 30)

  const releasing = openReleasing({ pool, catalogue, clock, onRelease: logRelease(app.log, catalogue) })
  const schedule = scheduleReleases({
    releasing,
    clock,
    at: role === 'ingest' ? undefined : releaseAt,
    logger: app.log,
    onError: failed('release', 'figures of wards and streets not released; trying again')
  })
  app.addHook('onClose', async () => {
    schedule.stop()
    await releasing.close()
  })
  const retention = openRetention({
    pool: sessions,
    writers,
    clock,
    inTurn: async (work) => await intake.behind(work),
    logger: app.log,
    onError: failed('retention', 'raw rows not removed; trying again'),
    byItself: role !== 'ingest' && releaseAt !== undefined
  })
  app.addHook('onClose', async () => await retention.close())

  const gate = new CostlyGate(options.gateLimits)
  const { cache, answers, connections: share, ...reading } = readingFrom(pool, gate)
  const onReplica = replica && readingFrom(replica.pool, gate)
  const downloadGate = new CostlyGate({ ...DOWNLOAD_LIMITS, atOnce: downloads.options.max })
  const requests = requestPool(pool)
  const exportConnections = shareOf(pool, EXPORT_CONNECTIONS)
  const exportGate = new CostlyGate({ ...EXPORT_LIMITS, ...options.exportLimits })
  const exporting = {
    connections: exportConnections,
    pool: requestPool(exportConnections),
    released: new ReleasedReader(new Cache({ mostBytes: EXPORT_CACHE_BYTES })),
    gate: exportGate,
    isBusy: () => connections.load.begun > exportGate.atWork + exportGate.waiting
  }
  const { networks = [], sendEveryMs, watchEveryMs } = options.webhooks ?? {}
  const byItself = role !== 'ingest'
  const deliveries = new Deliveries({
    pool,
    clock,
    addressed: (body) => messageFrom(reached, body),
    userAgent: `local-performance-platform/${VERSION}`,
    networks: blockListOf(networks),
    everyMs: byItself ? sendEveryMs : undefined,
    onTried: countDeliveries(registry),
    onError: failed('webhooks', 'messages to webhooks not sent')
  })
  const watch = new Watch({
    pool,
    catalogue,
    clock,
    session: { ...reading, viewer: viewerOf(undefined) },
    everyMs: byItself ? watchEveryMs : undefined,
    onError: failed('webhooks', 'not looked for what webhooks tell of')
  })
  app.addHook('onClose', async () => {
    await watch.close()
    await deliveries.close()
  })
  app.decorate('webhooks', { deliveries, watch })
  const openViews = new OpenViews({
    pool: sessions,
    catalogue,
    clock,
    session: { ...reading, viewer: viewerOf(undefined) },
    everyMs: byItself && releaseAt !== undefined ? LOOKS_EVERY_MS : undefined,
    logger: app.log,
    onError: failed('views', 'views for SQL not filled; trying again')
  })
  app.addHook('onClose', async () => await openViews.close())
  app.decorate('openViews', openViews)
  leaveOutFields(app)
  answerConditionally(app, clock)
  keepAnswersApart(app)
  const onRead = countReplicaReads(registry)
  readFromReplica(app, replica && onReplica && {
    replica, reading: onReplica, answers: onReplica.answers, catalogue, clock, onRead
  })
  collectRoutes(app)
  limitRates(app, {
    limits: rateLimits,
    ...(shareRateLimits && {
      sharing: { pool, onError: failed('shared limits', 'requests not counted with other instances') }
    })
  })
  registerProblems(app)
  serveRole(app, role)
  registerAuthentication(app, { catalogue, operatorToken, metricsToken, clock, tokenUse })
  refuseUnknownQueries(app)
  compressAnswers(app)
  boundUnsent(app, connections, unsentLimits)
  readRefusedBodies(app, connections)
  boundBodies(app, (bytes) => intake.noteShort(bytes))
  readBodies(app)
  registerPersonalDataCheck(app)
  refuseUnstorableTexts(app)
  for (const schema of V1_SCHEMAS) app.addSchema(schema)
  await registerOpenApi(app)
  registerPermissions(app, catalogue)
  const refusals = new Refusals(db, clock, failed('audit', 'refused attempt not in the audit'))
  noteRefusals(app, catalogue, refusals)

  const costly = { ...reading, connections: share }
  const dialect = {
    db, pool: requests, probe, intake, downloads, costly, answers, gate, downloadGate, catalogue, clock
  }
  await app.register(operationsRoutes, { probe, replica })
  await app.register(metricsRoutes, { registry })
  measureService(registry, {
    database,
    replica,
    catalogue,
    clock,
    intake,
    admission: app.admission,
    connections,
    caches: [cache, ...onReplica ? [onReplica.cache] : []],
    gate
  })
  const openData = { reading, answers, catalogue, clock, contact }
  await app.register(dataJsonRoutes, openData)
  await app.register(pageRoutes, { reading, answers, catalogue, clock, releaseAt, withoutType: refuseRoot })
  await app.register(async (v1) => {
    await registerV1(v1, {
      db,
      requests,
      reading,
      exporting,
      answers,
      intake,
      folding,
      releasing,
      erasures: retention.erasures,
      refusals,
      webhooks: { deliveries, networks: blockListOf(networks) },
      catalogue,
      clock
    })
    await v1.register(catalogueRoutes, openData)
    await v1.register(performancePlatformV1, dialect)
  }, { prefix: '/v1' })
  await app.register(performancePlatform, dialect)
  return app
}

/** What figures are read with from one server, and the answers that were made of them. */
function readingFrom (pool: pg.Pool, gate: CostlyGate) {
  const cache = new Cache()
  const answers = new AnswerCache(cache, new States(new SeriesStates(pool), new DatabaseStates(pool)), gate)
  const connections = shareOf(pool, Math.max(1, Math.floor(pool.options.max * COSTLY_SHARE)))
  return { cache, answers, connections, pool: requestPool(connections), released: new ReleasedReader(cache) }
}

/** Where others write, they fold; this process only looks whether they left something. */
const rarely = (everyMs: number): number => Math.min(everyMs * 10, 2 ** 31 - 1)

declare module 'fastify' {
  interface FastifyInstance {
    intake: Intake
    webhooks: { deliveries: Deliveries, watch: Watch }
    openViews: OpenViews
  }
}
