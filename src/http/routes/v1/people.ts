import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { issuePersonToken, tokensOfPeople, withdrawPersonToken } from '../../../catalogue/people.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, listOf, ListOf, Nullable, problems } from '../../schemas/common.ts'
import { sendSecret } from './tokens.ts'

const Role = Type.Enum(['operator', 'administrator', 'reader'], {
  description:
    'operator: everything. administrator: governs its authorities. reader: sees of them what is not public, as its ' +
      'scopes say.',
  examples: ['administrator']
})
const Label = Type.String({
  minLength: 1,
  maxLength: 120,
  description: 'Whose it is: a team or an office, no name of a person.',
  examples: ['Solihull performance team']
})
const Authorities = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500, examples: [['solihull']] })
const Scopes = Type.Array(Type.Enum(['unsuppressed', 'unpublished']), {
  maxItems: 2,
  uniqueItems: true,
  description: 'Of a reader. unsuppressed: figures by ward and street as they are. unpublished: drafts and embargoes.',
  examples: [[]]
})

const Body = Type.Object({
  role: Role,
  label: Label,
  authorities: Type.Optional(Authorities),
  scopes: Type.Optional(Scopes),
  days: Type.Optional(Type.Integer({
    minimum: 1, maximum: 3660, description: 'Days until it expires; 365 if left out.'
  }))
}, { $id: 'PersonTokenOrder', additionalProperties: false, description: 'Whose token to make, and what for.' })

const View = Type.Object({
  id: Type.String({ examples: ['5f0c2a9be1d3c477'] }),
  role: Role,
  label: Type.String({ examples: ['Solihull performance team'] }),
  authorities: Authorities,
  scopes: Scopes,
  created_at: Type.String({ format: 'date-time' }),
  expires_at: Nullable(Type.String({ format: 'date-time' })),
  revoked_at: Nullable(Type.String({ format: 'date-time' })),
  last_used_at: Nullable(Type.String({ format: 'date-time', description: 'To within half a minute.' }))
}, { $id: 'PersonToken', description: 'A token of somebody who governs or reads, without its secret.' })

/** Tokens of people: operators make all of them, administrators those of readers of their own authorities. */
export const peopleRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [Body, View]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['people'], security: ADMINISTRATOR }

  app.post('/tokens', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'issuePersonToken',
      summary: 'Make a token for an operator, an administrator or a reader',
      description: 'An administrator makes tokens of readers and administrators of its own authorities.',
      body: Type.Ref('PersonTokenOrder'),
      response: { 201: Type.Ref('NewToken'), ...problems(...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority') }
    }
  }, async (request, reply) => {
    const order = request.body as Parameters<typeof issuePersonToken>[1]
    return sendSecret(reply, await issuePersonToken(contextOf(request), order))
  })

  app.get('/tokens', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'listPersonTokens',
      summary: 'The tokens of people, without their secrets',
      description: 'An administrator sees those of its own authorities alone.',
      querystring: Type.Object({}, { additionalProperties: false }),
      response: {
        200: ListOf(Type.Ref('PersonToken'), 'In order of creation, those that were revoked as well.'),
        ...problems(...DENIED)
      }
    }
  }, async (request) => listOf(await tokensOfPeople(contextOf(request))))

  app.delete('/tokens/:id', {
    config: { permission: 'administrator' },
    schema: {
      ...common,
      operationId: 'revokePersonToken',
      summary: 'Revoke a token of a person at once',
      params: Type.Object({ id: Type.String({ description: 'Id of the token.', examples: ['5f0c2a9be1d3c477'] }) }),
      response: { 204: Type.Null({ description: 'It no longer works.' }), ...problems(...DENIED, 'not-found') }
    }
  }, async (request, reply) => {
    await withdrawPersonToken(contextOf(request), request.params.id)
    return reply.code(204).send(null)
  })
}
