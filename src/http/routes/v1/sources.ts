import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Source } from '../../../catalogue/directory.ts'
import { findSource, issueToken, listTokens, saveSource, withdrawToken, type Context } from '../../../catalogue/sources.ts'
import { Type } from '../../../domain/type.ts'
import { requireOperator } from '../../plugins/authenticate.ts'
import { Nullable, OPERATOR, problems } from '../../schemas/common.ts'

const Params = Type.Object({
  authority: Type.String({ description: 'Slug or GSS code of the authority that owns the system.', examples: ['solihull'] }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the system.', examples: ['bartec'] })
})

const SourceBody = Type.Object({
  services: Type.Array(Type.String(), { minItems: 1, maxItems: 500, description: 'Services it may write for.', examples: [['report-missed-bin']] }),
  provider_for: Type.Optional(Type.Array(Type.String(), { maxItems: 500, description: 'Other authorities it reports on.', examples: [[]] })),
  channels: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 60 }), Type.String(), { description: 'Its own channel names, each with the vocabulary’s word.', examples: [{ Phone: 'telephone-agent' }] }))
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
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'Source', description: 'A council system that sends.' })

const TokenView = Type.Object({
  id: Type.String({ examples: ['5f0c2a9be1d3c477'] }),
  created_at: Type.String({ format: 'date-time' }),
  expires_at: Nullable(Type.String({ format: 'date-time' })),
  scopes: Type.Array(Type.String(), { examples: [[]] }),
  revoked_at: Nullable(Type.String({ format: 'date-time' })),
  last_used_at: Nullable(Type.String({ format: 'date-time', description: 'To within half a minute.' }))
}, { $id: 'Token', description: 'A token, without its secret.' })

const NewToken = Type.Object({
  id: Type.String({ examples: ['5f0c2a9be1d3c477'] }),
  token: Type.String({ description: 'The secret, shown this once.', examples: ['lpp_…'] }),
  expires_at: Type.String({ format: 'date-time' })
}, { $id: 'NewToken', description: 'A new token with its secret.' })

/** Council systems and their tokens: the operator's doors. */
export const sourceRoutes: FastifyPluginAsyncTypebox<Omit<Context, 'actor'>> = async (app, services) => {
  for (const schema of [SourceBody, SourceView, TokenView, NewToken]) app.addSchema(schema)
  app.addHook('onRequest', requireOperator)
  const context: Context = { ...services, actor: 'operator' }
  const { catalogue, db } = services
  const sourceIn = ({ params }: FastifyRequest): Source => {
    const { authority, name } = params as { authority: string, name: string }
    return findSource(catalogue.directory, authority, name)
  }
  const toWire = (source: Source) => ({
    authority: source.authority.slug,
    name: source.name,
    services: source.services.flatMap((id) => catalogue.directory.serviceById.get(id)?.slug ?? []),
    provider_for: source.provider_for.flatMap((id) => catalogue.directory.authorityById.get(id)?.slug ?? []),
    channels: source.channels,
    created_at: source.created_at.toISOString(),
    updated_at: source.updated_at.toISOString()
  })
  const common = { tags: ['sources'], security: OPERATOR, params: Params }
  const denied = ['unauthenticated', 'forbidden'] as const

  app.put('/sources/:authority/:name', {
    schema: {
      ...common,
      operationId: 'putSource',
      summary: 'Create a source or replace its settings',
      body: Type.Ref('SourceSettings'),
      response: { 200: Type.Ref('Source'), 201: Type.Ref('Source'), ...problems(...denied, 'unknown-authority', 'unknown-service', 'unknown-channel') }
    }
  }, async (request, reply) => {
    const { authority, name } = request.params
    const { created, source } = await saveSource(context, authority, name, request.body as Parameters<typeof saveSource>[3])
    return reply.code(created ? 201 : 200).send(toWire(source))
  })

  app.get('/sources/:authority/:name', {
    schema: { ...common, operationId: 'getSource', summary: 'A source and its settings', response: { 200: Type.Ref('Source'), ...problems(...denied, 'not-found', 'unknown-authority') } }
  }, async (request) => toWire(sourceIn(request)))

  app.post('/sources/:authority/:name/tokens', {
    schema: {
      ...common,
      operationId: 'issueToken',
      summary: 'Make a token for a source; earlier ones stay valid',
      body: Nullable(Type.Object({
        days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3660, description: 'Days until it expires; 365 if left out.' })),
        scopes: Type.Optional(Type.Array(Type.Enum(['unsuppressed']), {
          maxItems: 1, description: 'What it may do beyond writing. unsuppressed: read the suppressed figures of the source’s own authority.'
        }))
      }, { additionalProperties: false }), { examples: [{ days: 90 }] }),
      response: { 201: Type.Ref('NewToken'), ...problems(...denied, 'not-found', 'unknown-authority') }
    }
  }, async (request, reply) => {
    const { id, token, expiresAt } = await issueToken(context, sourceIn(request), request.body?.days, request.body?.scopes)
    return reply.code(201).send({ id, token, expires_at: expiresAt.toISOString() })
  })

  app.get('/sources/:authority/:name/tokens', {
    schema: {
      ...common,
      operationId: 'listTokens',
      summary: 'The tokens of a source, without their secrets',
      response: { 200: Type.Object({ data: Type.Array(Type.Ref('Token')) }, { description: 'In order of creation.' }), ...problems(...denied, 'not-found', 'unknown-authority') }
    }
  }, async (request) => ({
    data: (await listTokens(db, sourceIn(request))).map((token) => ({
      id: token.id,
      created_at: token.created_at.toISOString(),
      expires_at: token.expires_at?.toISOString() ?? null,
      scopes: token.scopes,
      revoked_at: token.revoked_at?.toISOString() ?? null,
      last_used_at: token.last_used_at?.toISOString() ?? null
    }))
  }))

  app.delete('/sources/:authority/:name/tokens/:id', {
    schema: {
      ...common,
      params: Type.Object({ ...Params.properties, id: Type.String({ examples: ['5f0c2a9be1d3c477'] }) }),
      operationId: 'revokeToken',
      summary: 'Revoke a token at once',
      response: { 204: Type.Null({ description: 'It no longer works.' }), ...problems(...denied, 'not-found', 'unknown-authority') }
    }
  }, async (request, reply) => {
    await withdrawToken(context, sourceIn(request), request.params.id)
    return reply.code(204).send(null)
  })
}
