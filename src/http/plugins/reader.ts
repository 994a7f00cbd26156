import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { PlanBook } from '../../disclosure/plan-book.ts'
import type { Reader } from '../../disclosure/reader.ts'
import type { Principal } from './authenticate.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'

/** What every reading door is given by the app. */
export interface Reading { pool: pg.Pool, plans: PlanBook }

/** Who reads. No token is needed for that; one that is sent and not valid gives the public answer. */
export function readerOf ({ pool, plans }: Reading, request: FastifyRequest): Reader {
  const principal: Principal | undefined = request.server.identify(request)
  if (principal?.kind === 'operator') return { pool, client: pool, plans, seesAll: () => true, sees: 'all' }
  if (principal?.scopes.includes(UNSUPPRESSED) === true) {
    const own = principal.source.authority_id
    return { pool, client: pool, plans, seesAll: (authorityId) => authorityId === own, sees: `all of ${own}` }
  }
  return publicReader({ pool, plans })
}

export const publicReader = ({ pool, plans }: Reading): Reader => ({
  pool, client: pool, plans, seesAll: () => false, sees: 'public'
})

/** No cache may give what one reader got to another: every answer varies by token, those to a token are private. */
export function keepAnswersApart (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') keepApart(request, reply)
    done(null, payload)
  })
}

function keepApart ({ headers }: FastifyRequest, reply: FastifyReply): void {
  const vary = [reply.getHeader('vary') ?? []].flat().map(String)
  void reply.header('vary', [...vary, 'Authorization'].join(', '))
  if (headers.authorization === undefined) return
  void reply.header('cache-control', `private, ${String(reply.getHeader('cache-control') ?? 'no-cache')}`)
}
