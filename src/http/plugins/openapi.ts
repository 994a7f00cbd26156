import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { ADMINISTRATOR, OPERATOR, SOURCE, SOURCE_OR_ADMINISTRATOR } from '../schemas/common.ts'
import { forGenerators } from './contract.ts'
import type { Permission } from './permission.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body of a route that checks it itself, for the contract only. */
    documentedBody?: unknown
    /** The whole schema of a route that checks everything itself, for the contract only. */
    documented?: FastifySchema
  }
}

/**
 * The pages load nothing from elsewhere, and work over plain HTTP too: the plugin's own policy would upgrade every
 * asset to HTTPS.
 */
const CONTENT_SECURITY = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'frame-ancestors': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  // Swagger UI sets style attributes
  'style-src': ["'self'", "'unsafe-inline'"]
}

/**
 * The contract, made from the route schemas, at /openapi.json, /openapi.yaml and as pages at /docs. Before any route.
 */
export async function registerOpenApi (app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Local Performance Platform',
        version: '1',
        description:
          'UK councils’ systems send what happened; any front end reads KPI series that can be compared across ' +
            'authorities.',
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/', description: 'This service' }],
      tags: [
        { name: 'events', description: 'What happened, sent by council systems' },
        { name: 'observations', description: 'Figures for periods, sent by council systems' },
        { name: 'rejections', description: 'Rows that were refused, to be mended and sent again' },
        { name: 'series', description: 'Values by period' },
        { name: 'feeds', description: 'What comes in and what is late; who is told of it' },
        { name: 'kpis', description: 'Definitions, values, comparison, savings' },
        { name: 'releases', description: 'What was published of wards and streets' },
        { name: 'open-data', description: 'The catalogue of data sets, for portals that harvest it' },
        { name: 'catalogue', description: 'Authorities, services, channels, areas' },
        { name: 'sources', description: 'Council systems and their tokens' },
        { name: 'people', description: 'Tokens of those who govern and read' },
        { name: 'dashboards', description: 'Pages of modules for the Performance Platform’s front ends' },
        { name: 'data-sets', description: 'Data sets of the Performance Platform dialect, and their tokens' },
        {
          name: 'performance-platform',
          description: 'The read and write dialect of GOV.UK’s former Performance Platform'
        },
        { name: 'operations', description: 'For whoever runs the service' }
      ],
      components: {
        securitySchemes: {
          operator: { type: 'http', scheme: 'bearer', description: 'The operator token.' },
          administrator: {
            type: 'http', scheme: 'bearer', description: 'A token of an administrator of the authority.'
          },
          source: { type: 'http', scheme: 'bearer', description: 'A token of a council system.' },
          dataSet: { type: 'http', scheme: 'bearer', description: 'A token of the data set.' }
        }
      },
      security: []
    },
    transform: ({ schema, url, route: { config, method } }) => {
      // Fastify answers HEAD wherever it answers GET; the contract need not say so twice.
      const documented = config?.documented !== undefined && method !== 'HEAD'
        ? config.documented
        : { ...schema, ...(config?.documentedBody !== undefined && { body: config.documentedBody }) }
      return { schema: { ...documented, ...permissionOf(config?.permission) }, url }
    },
    transformObject: (document) =>
      'openapiObject' in document ? forGenerators(document.openapiObject) : document.swaggerObject,
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, i) => typeof json['$id'] === 'string' ? json['$id'] : `def-${i}`
    }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY,
    // The default asks a validator on the internet.
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
    theme: { title: 'Local Performance Platform: API reference' }
  })
  const hidden = { schema: { hide: true } }
  let yaml: Promise<string> | undefined
  app.get('/openapi.json', hidden, async () => app.swagger())
  app.get(
    '/openapi.yaml',
    hidden,
    async (_request, reply) => {
      yaml ??= openApiYaml(app)
      try {
        return await reply.type('application/yaml; charset=utf-8').send(await yaml)
      } catch (error) {
        yaml = undefined
        throw error
      }
    }
  )
}

/** Who may call an operation: in a word, and by which tokens, so that the two never differ. */
function permissionOf (permission: Permission | undefined): FastifySchema {
  if (permission === undefined) return {}
  if (permission === 'public') return { 'x-permission': permission } as FastifySchema
  return { 'x-permission': permission, security: SECURITY[permission] } as FastifySchema
}

const SECURITY = {
  source: SOURCE,
  'source-or-administrator': SOURCE_OR_ADMINISTRATOR,
  administrator: ADMINISTRATOR,
  operator: OPERATOR,
  monitor: OPERATOR,
  'data-set': [{ dataSet: [] }]
}

/** `openapi.yaml` as it is written to the repository and served. */
export async function openApiYaml (app: FastifyInstance): Promise<string> {
  const worker = new Worker(new URL('yaml-worker.ts', import.meta.url), { workerData: app.swagger() })
  const [text] = await once(worker, 'message') as [string]
  return text
}
