import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Source } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import { governs } from '../../../catalogue/principal.ts'
import {
  endSource, findSource, governorsOfSource, issueToken, nameOfSource, saveSource
} from '../../../catalogue/sources.ts'
import { SANDBOX } from '../../../catalogue/sandbox.ts'
import { sourceAsHolder } from '../../../catalogue/tokens.ts'
import { Type } from 'typebox'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, ADMINISTRATOR, Nullable, problems } from '../../schemas/common.ts'
import { holds, PAGED, PageOf, pageOf } from '../../schemas/paging.ts'
import { sendSecret, tokenRoutes } from './tokens.ts'

const Params = Type.Object({
  authority: Type.String({
    description: 'Slug or GSS code of the authority that owns the system.', examples: ['solihull']
  }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the system.', examples: ['bartec'] })
})

const SourceBody = Type.Object({
  services: Type.Array(Type.String(), {
    minItems: 1, maxItems: 500, description: 'Services it may write for.', examples: [['report-missed-bin']]
  }),
  provider_for: Type.Optional(Type.Array(Type.String(), {
    maxItems: 500, description: 'Other authorities it reports on.', examples: [[]]
  })),
  channels: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 60 }), Type.String(), {
    description: 'Its own channel names, each with the vocabulary’s word.', examples: [{ Phone: 'telephone-agent' }]
  })),
  takes_over: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), {
    maxItems: 50,
    description:
      'Sources of the same authority, removed ones as well, whose figures it may replace; nobody else may. The ' +
        'operator may name any, as `authority/name`.',
    examples: [['old-system']]
  }))
}, {
  $id: 'SourceSettings',
  additionalProperties: false,
  description: 'What a council system may write.',
  examples: [{ services: ['report-missed-bin'], provider_for: [], channels: { Phone: 'telephone-agent' } }]
})

const SourceView = Type.Object({
  authority: Type.String({ examples: ['solihull'] }),
  name: Type.String({ examples: ['bartec'] }),
  services: Type.Array(Type.String(), { examples: [['report-missed-bin']] }),
  provider_for: Type.Array(Type.String(), { examples: [[]] }),
  channels: Type.Record(Type.String(), Type.String(), { examples: [{ Phone: 'telephone-agent' }] }),
  takes_over: Type.Array(Type.String(), { examples: [[]], description: 'As `authority/name`.' }),
  carried_to: Type.Array(Type.String(), {
    examples: [[]], description: 'Successors of its authority whose administrators govern it as well.'
  }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'Source', description: 'A council system that sends.' })

/** Council systems and their tokens, for the operator and the authority's administrators. */
export const sourceRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [SourceBody, SourceView]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const { catalogue } = services
  const sourceIn = ({ params }: FastifyRequest): Source => {
    const { authority, name } = params as { authority: string, name: string }
    return findSource(catalogue.directory, authority, name)
  }
  const slugsOf = (ids: readonly number[]): string[] =>
    ids.flatMap((id) => catalogue.directory.authorityById.get(id)?.slug ?? [])
  const toWire = (source: Source) => ({
    authority: source.authority.slug,
    name: source.name,
    services: source.services.flatMap((id) => catalogue.directory.serviceById.get(id)?.slug ?? []),
    provider_for: slugsOf(source.provider_for),
    channels: source.channels,
    takes_over: source.takes_over.flatMap((id) => {
      const other = catalogue.directory.sourceById.get(id)
      return other === undefined ? [] : [nameOfSource(other)]
    }),
    carried_to: slugsOf(source.carried_to),
    created_at: source.created_at.toISOString(),
    updated_at: source.updated_at.toISOString()
  })
  const common = { tags: ['sources'], security: ADMINISTRATOR, params: Params }
  const url = '/sources/:authority/:name'
  const config = {
    permission: 'administrator' as const,
    governed: ({ params }: FastifyRequest) => {
      const { authority, name } = params as { authority: string, name: string }
      return governorsOfSource(catalogue.directory, authority, name)
    }
  }

  app.get('/sources', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'listSources',
      tags: ['sources'],
      summary: 'The council systems that send',
      description: 'In the order of their names. An administrator sees those that it governs.',
      querystring: Type.Object({
        authority: Type.Optional(Type.String({ maxLength: 120, examples: ['solihull'] })),
        service: Type.Optional(Type.String({ maxLength: 120, examples: ['report-missed-bin'] })),
        ...PAGED
      }, { additionalProperties: false }),
      response: {
        200: PageOf(Type.Ref('Source'), 'Sources.'),
        ...problems(...DENIED, 'unknown-authority', 'unknown-service')
      }
    }
  }, async (request) => {
    const { directory } = catalogue
    const { query: { authority: ofName, service: slug, q, ...page } } = request
    const principal = principalOf(request)
    const authority = ofName === undefined
      ? undefined
      : known(directory.authority(ofName), 'unknown-authority', 'authority')
    const service = slug === undefined ? undefined : known(directory.service(slug), 'unknown-service', 'service')
    const found = directory.sources.filter((source) =>
      !source.name.includes(':') && // those of data sets are shown with the data set
      [source.authority_id, ...source.carried_to].some((id) => governs(principal, id)) &&
      (authority === undefined || source.authority_id === authority.id) &&
      (service === undefined || source.services.includes(service.id)) && holds(q, nameOfSource(source))
    )
    return pageOf(found.map(toWire), ({ authority, name }) => `${authority}/${name}`, page)
  })

  app.put(url, {
    config,
    schema: {
      ...common,
      operationId: 'putSource',
      summary: 'Create a source or replace its settings',
      body: Type.Ref('SourceSettings'),
      response: {
        200: Type.Ref('Source'),
        201: Type.Ref('Source'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority', 'unknown-service', 'unknown-channel')
      }
    }
  }, async (request, reply) => {
    const { authority, name } = request.params
    const { created, source } = await saveSource(
      contextOf(request), authority, name, request.body as Parameters<typeof saveSource>[3]
    )
    return reply.code(created ? 201 : 200).send(toWire(source))
  })

  app.get(url, {
    config,
    schema: {
      ...common,
      operationId: 'getSource',
      summary: 'A source and its settings',
      response: { 200: Type.Ref('Source'), ...problems(...DENIED, 'not-found', 'unknown-authority') }
    }
  }, async (request) => toWire(sourceIn(request)))

  app.delete(url, {
    config,
    schema: {
      ...common,
      operationId: 'deleteSource',
      summary: 'End a source: it sends no more, and its tokens are revoked',
      description: 'What it sent stays. Created again under this name, it goes on with the events that it sent.',
      response: {
        204: Type.Null({ description: 'It sends no more.' }), ...problems(...DENIED, 'not-found', 'unknown-authority')
      }
    }
  }, async (request, reply) => {
    await endSource(contextOf(request), sourceIn(request))
    return reply.code(204).send(null)
  })

  app.post(`${url}/tokens`, {
    config,
    schema: {
      ...common,
      operationId: 'issueToken',
      summary: 'Make a token for a source; earlier ones stay valid',
      body: Nullable(
        Type.Object({
          days: Type.Optional(Type.Integer({
            minimum: 1, maximum: 3660, description: 'Days until it expires; 365 if left out.'
          })),
          scopes: Type.Optional(Type.Array(Type.Enum(['unsuppressed']), {
            maxItems: 1,
            uniqueItems: true,
            description:
              'What it may do beyond writing, for the source’s own authority. unsuppressed: read figures by ward and ' +
                'street live and as they are.'
          })),
          sandbox: Type.Optional(Type.Boolean({
            description:
              'To try out what is sent: the same endpoints take it, nothing of it counts or is in any public answer, ' +
                'this token reads it back, and DELETE /v1/sandbox removes it.'
          }))
        }, { additionalProperties: false }),
        { examples: [{ days: 90 }] }
      ),
      response: {
        201: Type.Ref('NewToken'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'not-found', 'unknown-authority')
      }
    }
  }, async (request, reply) => {
    const { days, scopes = [], sandbox = false } = request.body ?? {}
    const allowed = sandbox ? [...scopes, SANDBOX] : scopes
    return sendSecret(reply, await issueToken(contextOf(request), sourceIn(request), days, allowed))
  })

  tokenRoutes(app, contextOf, {
    url,
    tag: 'sources',
    config,
    params: Params,
    what: 'source',
    list: 'listTokens',
    revoke: 'revokeToken',
    codes: ['unknown-authority'],
    holderIn: (request) => sourceAsHolder(sourceIn(request))
  })
}
