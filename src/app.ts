import { randomUUID } from 'node:crypto'
import AjvCompiler from '@fastify/ajv-compiler'
import type { AnySchema } from 'ajv'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Catalogue } from './catalogue/live.ts'
import { trackTokenUse } from './catalogue/token-use.ts'
import { EVENT_LIMITS, EventSchema } from './domain/event.ts'
import { registerAuthentication } from './http/plugins/authenticate.ts'
import { registerOpenApi } from './http/plugins/openapi.ts'
import { collectRoutes, registerProblems } from './http/plugins/problems.ts'
import { performancePlatformRoutes } from './http/routes/performance-platform/index.ts'
import { publicDashboardRoutes } from './http/routes/performance-platform/dashboards.ts'
import { operationsRoutes } from './http/routes/operations.ts'
import { catalogueRoutes } from './http/routes/v1/catalogue.ts'
import { disclosureRuleRoutes } from './http/routes/v1/disclosure-rules.ts'
import { dashboardRoutes } from './http/routes/v1/dashboards.ts'
import { dataSetRoutes } from './http/routes/v1/data-sets.ts'
import { eventRoutes } from './http/routes/v1/events.ts'
import { seriesRoutes } from './http/routes/v1/series.ts'
import { sourceRoutes } from './http/routes/v1/sources.ts'
import { AreaSchema, AuthoritySchema, ChannelSchema, ServiceSchema } from './http/schemas/catalogue.ts'
import { ProblemSchema, RowErrorSchema } from './http/schemas/common.ts'
import { CloudEventSchema, ReceiptSchema, StoredEventSchema } from './http/schemas/events.ts'
import { SeriesSchema, SeriesValueSchema } from './http/schemas/series.ts'
import type { Database } from './store/database.ts'

export interface AppOptions {
  database: Database
  catalogue: Catalogue
  /** Milliseconds since the epoch. The only clock the app reads. */
  clock: () => number
  operatorToken: string | undefined
  logger: FastifyBaseLogger
}

const SCHEMAS = [
  RowErrorSchema, ProblemSchema, AuthoritySchema, ServiceSchema, ChannelSchema, AreaSchema, EventSchema, CloudEventSchema, ReceiptSchema, StoredEventSchema,
  SeriesValueSchema, SeriesSchema
]

export type App = FastifyInstance

/** The whole service, every plugin and route in order, nothing listening. */
export async function buildApp ({ database, catalogue, clock, operatorToken, logger }: AppOptions): Promise<App> {
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: EVENT_LIMITS.bodyBytes,
    genReqId: ({ headers }) => acceptedRequestId(headers['x-request-id']) ?? randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    schemaController: { compilersFactory: { buildValidator: strictBodies } }
  }).withTypeProvider<TypeBoxTypeProvider>()
  const { db, pool } = database
  const tokenUse = trackTokenUse(db, (error) => app.log.warn({ err: error }, 'last use of tokens not saved'))
  app.addHook('onClose', async () => await tokenUse.close())
  app.addHook('onRequest', async (request, reply) => { void reply.header('x-request-id', request.id) })

  collectRoutes(app)
  registerProblems(app)
  registerAuthentication(app, { catalogue, operatorToken, clock, tokenUse })
  for (const schema of SCHEMAS) app.addSchema(schema)
  await registerOpenApi(app)

  await app.register(operationsRoutes, { pool })
  await app.register(catalogueRoutes, { prefix: '/v1', catalogue })
  await app.register(sourceRoutes, { prefix: '/v1', db, catalogue, clock })
  await app.register(disclosureRuleRoutes, { prefix: '/v1', db, catalogue, clock })
  await app.register(seriesRoutes, { prefix: '/v1', pool, catalogue, clock })
  await app.register(eventRoutes, { prefix: '/v1', pool, catalogue, clock })
  await app.register(dashboardRoutes, { prefix: '/v1', db, catalogue, clock })
  await app.register(publicDashboardRoutes, { db, catalogue, clock })
  await app.register(dataSetRoutes, { prefix: '/v1', db, catalogue, clock })
  await app.register(performancePlatformRoutes, { db, pool, catalogue, clock })
  return app
}

// Fastify's one Ajv coerces everywhere; a body's 5 must not pass as "5", while a query string has nothing but text.
// The declared type of a factory's result leaves out the `httpPart` that Fastify passes, hence the cast.
const strictBodies = ((externalSchemas, options) => {
  const build = AjvCompiler()
  const validatorFor = (coerceTypes: false | 'array') => build(externalSchemas, {
    ...options, customOptions: { ...options?.customOptions, coerceTypes, removeAdditional: false }
  } as typeof options)
  const [bodies, texts] = [validatorFor(false), validatorFor('array')]
  return (route: AnySchema) => ((route as { httpPart?: string }).httpPart === 'body' ? bodies : texts)(route)
}) satisfies ReturnType<typeof AjvCompiler>

function acceptedRequestId (header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,100}$/.test(header) ? header : undefined
}
