import type { FastifyInstance, FastifyRequest } from 'fastify'
import { reasonOf } from '../../postgres/failures.ts'
import { loggedAddress } from './logged-address.ts'

/** One line a request, once it is answered. */
export function logRequests (app: FastifyInstance): void {
  app.decorateRequest('failure', null)
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      url: loggedAddress(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.failure !== null && { reason: request.failure })
    }, 'request')
  })
}

/** Has the line of a request say why the database could not be used for it. A lost connection has a line of its own. */
export function noteFailure (request: FastifyRequest, error: unknown): void {
  request.failure = reasonOf(error)
}

declare module 'fastify' {
  interface FastifyRequest {
    failure: string | null
  }
}
