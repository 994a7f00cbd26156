import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { PlanCache } from '../../disclosure/plan-cache.ts'
import type { Reader } from '../../disclosure/reader.ts'
import type { Principal } from './authenticate.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'

/** What every reading door is given by the app. */
export interface Reading { pool: pg.Pool, plans: PlanCache }

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
