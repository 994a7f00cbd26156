import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { RATE_LIMITS, RATE_SECONDS, type RateClass, type RateLimits } from '../../domain/rate-limits.ts'
import { ProblemError } from '../../errors.ts'
import { addressOf } from '../plugins/client.ts'
import { isOfDialect } from '../plugins/permission.ts'
import { RequestCount, type Counted, type Sharing } from './request-count.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a request that came without a valid token where one is needed. Throws `ProblemError` (rate-limited) where
     * its address has sent too many such; valid tokens from there are none of them.
     */
    countFailure: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
    /** Counts a request of a route that checks its tokens itself, once it has. Throws as `countFailure` does. */
    countWrite: (tokenId: string, reply: FastifyReply) => Promise<void>
    /** Counts a costly answer that is not cached, before it is computed. Throws as `countFailure` does. */
    countCostly: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  }
}

const PROBES = ['/livez', '/readyz']
const READING = ['GET', 'HEAD', 'OPTIONS']

/**
 * Limits how many requests of a kind a client may send: by its token where that is valid, else by its address. Before
 * what refuses unknown addresses, before `registerPermissions`, and before any route.
 */
export function limitRates (app: FastifyInstance, { limits = RATE_LIMITS, sharing }: {
  limits?: RateLimits | undefined, sharing?: Sharing | undefined
} = {}): void {
  const counts = new Map(Object.entries(limits).filter(([, most]) => most > 0).map(([name, most]) =>
    [name as RateClass, {
      requests: new RequestCount(name, most, sharing), policy: `"${name}";q=${most};w=${RATE_SECONDS}`
    }]
  ))
  const count = async (name: RateClass, client: string, reply: FastifyReply): Promise<void> => {
    const counting = counts.get(name)
    if (counting === undefined) return
    const counted = await counting.requests.count(client)
    void reply.header('ratelimit-policy', counting.policy)
      .header('ratelimit', `"${name}";r=${counted.remaining};t=${counted.seconds}`)
    if (counted.isOver) throw tooMany(name, limits[name], counted)
  }
  app.decorate('countFailure', async (request, reply) =>
    await count('failed-authentication', addressOf(request), reply))
  app.decorate('countWrite', async (tokenId, reply) => await count('write', `token ${tokenId}`, reply))
  const clientOf = (request: FastifyRequest): string => {
    const token = app.tokenOf(request)
    return token === undefined ? addressOf(request) : `token ${token}`
  }
  app.decorate('countCostly', async (request, reply) => await count('costly', clientOf(request), reply))
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) await count('read', addressOf(request), reply)
  })
  // In each route, not in a hook of the app: what lets pages of any origin read an answer comes before.
  const limit: onRequestAsyncHookHandler = async (request, reply) => {
    const token = app.tokenOf(request)
    const { permission = 'public' } = request.routeOptions.config
    if (isOfDialect(permission)) return // `countWrite`
    if (token === undefined && permission !== 'public') return // `countFailure`
    await count(classOf(request), clientOf(request), reply)
  }
  app.addHook('onRoute', (route) => {
    const others = [route.onRequest ?? []].flat()
    if (!PROBES.includes(route.url) && !others.includes(limit)) route.onRequest = [limit, ...others]
  })
}

function classOf ({ method, routeOptions: { config } }: FastifyRequest): RateClass {
  if (READING.includes(method) || config.permission === 'public') return 'read'
  return config.permission === 'source' ? 'write' : 'settings'
}

function tooMany (name: RateClass, most: number, { seconds }: Counted): ProblemError {
  return new ProblemError(
    'rate-limited',
    `More than ${most} requests of the class ${name} came in ${RATE_SECONDS} seconds; go on in ${seconds}.`,
    {},
    seconds
  )
}
