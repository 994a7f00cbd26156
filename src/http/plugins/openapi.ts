import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { ADMINISTRATOR, OPERATOR, problems, SOURCE, SOURCE_OR_ADMINISTRATOR } from '../schemas/common.ts'
import { withExamples } from '../examples/apply.ts'
import { EXAMPLES } from '../examples/index.ts'
import { INTRODUCTION } from '../reference/introduction.ts'
import { TAG_GROUPS, TAGS } from '../reference/tags.ts'
import { registerReference } from '../reference/routes.ts'
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
 * The contract, made from the route schemas, at /openapi.json, /openapi.yaml and as pages at /docs. Before any route.
 */
export async function registerOpenApi (app: FastifyInstance): Promise<void> {
  const { publicUrl, basePath } = app.reached
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Local Performance Platform',
        version: '1',
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: publicUrl ?? (basePath || '/'), description: 'This service' }],
      tags: TAGS,
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
      'openapiObject' in document
        ? { ...withExamples(forGenerators(document.openapiObject), EXAMPLES), 'x-tagGroups': TAG_GROUPS }
        : document.swaggerObject,
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, i) => typeof json['$id'] === 'string' ? json['$id'] : `def-${i}`
    }
  })
  registerReference(app)
  let yaml: Promise<string> | undefined
  app.get('/openapi.json', documented('readContract', 'json'), async () => app.swagger())
  app.get('/openapi.yaml', documented('readContractAsYaml', 'yaml'), async (_request, reply) => {
    yaml ??= openApiYaml(app)
    try {
      return await reply.type('application/yaml; charset=utf-8').send(await yaml)
    } catch (error) {
      yaml = undefined
      throw error
    }
  })
}

/** For the contract alone: a schema of the answer would leave out of it whatever the schema does not name. */
const documented = (operationId: string, form: 'json' | 'yaml') => ({
  config: {
    permission: 'public' as const,
    documented: {
      operationId,
      tags: ['contract'],
      summary: `This contract, as ${form.toUpperCase()}`,
      response: {
        200: {
          description: 'OpenAPI 3.1.',
          content: { [`application/${form}`]: { schema: { type: form === 'json' ? 'object' : 'string' } } }
        },
        ...problems()
      }
    }
  }
})

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
  'data-set': [{ dataSet: [] }],
  'data-set-operator': OPERATOR
}

/** `openapi.yaml` as it is written to the repository and served. */
export async function openApiYaml (app: FastifyInstance): Promise<string> {
  const worker = new Worker(new URL('yaml-worker.ts', import.meta.url), { workerData: app.swagger() })
  const [text] = await once(worker, 'message') as [string]
  return text
}
