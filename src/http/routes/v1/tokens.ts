import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type TProperties } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { withdrawToken, type Holder } from '../../../catalogue/tokens.ts'
import type { ErrorCode } from '../../../errors.ts'
import { tokensOf } from '../../../catalogue/store/tokens.ts'
import type { Governors, Permission } from '../../plugins/permission.ts'
import { DENIED, Nullable, problems } from '../../schemas/common.ts'

const Id = Type.String({ description: 'Id of the token.', examples: ['5f0c2a9be1d3c477'] })

const TokenView = Type.Object({
  id: Id,
  created_at: Type.String({ format: 'date-time' }),
  expires_at: Nullable(Type.String({ format: 'date-time' })),
  scopes: Type.Array(Type.String(), { examples: [[]] }),
  revoked_at: Nullable(Type.String({ format: 'date-time' })),
  last_used_at: Nullable(Type.String({ format: 'date-time', description: 'To within half a minute.' }))
}, { $id: 'Token', description: 'A token, without its secret.' })

export const NewToken = Type.Object({
  id: Type.String({ examples: ['5f0c2a9be1d3c477'] }),
  token: Type.String({ description: 'The secret, shown this once.', examples: ['lpp_…'] }),
  expires_at: Type.String({ format: 'date-time' })
}, { $id: 'NewToken', description: 'A new token with its secret.' })

interface Options {
  /** Of the holder; its tokens are below. */
  url: string
  tag: string
  /** Who may call them. */
  config: { permission: Permission, governed: (request: FastifyRequest) => Governors | Promise<Governors> }
  params: { properties: TProperties }
  /** Who has the tokens, and the ids of the two operations. */
  what: string
  list: string
  revoke: string
  codes: ErrorCode[]
  /** Throws `ProblemError` where there is no such holder. */
  holderIn: (request: FastifyRequest) => Holder
}

/** The routes to list and to revoke the tokens of a source or a data set. */
export function tokenRoutes (
  app: FastifyInstance,
  contextOf: (request: FastifyRequest) => CatalogueChange,
  { url, tag, config, params, what, list, revoke, codes, holderIn }: Options
): void {
  app.addSchema(TokenView)
  const common = { tags: [tag] }
  const refused = problems(...DENIED, 'not-found', ...codes)

  app.get(`${url}/tokens`, {
    config,
    schema: {
      ...common,
      params,
      operationId: list,
      summary: `The tokens of a ${what}, without their secrets`,
      response: {
        200: Type.Object({ data: Type.Array(Type.Ref('Token')) }, {
          description: 'In order of creation, those that were revoked as well.'
        }),
        ...refused
      }
    }
  }, async (request) => ({
    data: (await tokensOf(contextOf(request).db, holderIn(request).owner)).map((token) => ({
      id: token.id,
      created_at: token.created_at.toISOString(),
      expires_at: token.expires_at?.toISOString() ?? null,
      scopes: token.scopes,
      revoked_at: token.revoked_at?.toISOString() ?? null,
      last_used_at: token.last_used_at?.toISOString() ?? null
    }))
  }))

  app.delete(`${url}/tokens/:id`, {
    config,
    schema: {
      ...common,
      params: Type.Object({ ...params.properties, id: Id }),
      operationId: revoke,
      summary: `Revoke a token of a ${what} at once`,
      response: { 204: Type.Null({ description: 'It no longer works.' }), ...refused }
    }
  }, async (request, reply) => {
    await withdrawToken(contextOf(request), holderIn(request), (request.params as { id: string }).id)
    return reply.code(204).send(null)
  })
}

/** Sends an answer with a secret, which no cache on the way may store. */
export function sendSecret (
  reply: FastifyReply, { id, token, expiresAt }: { id: string, token: string, expiresAt: Date | null }
): FastifyReply {
  return reply.code(201).header('cache-control', 'no-store').send({
    id, token, expires_at: expiresAt?.toISOString() ?? null
  })
}
