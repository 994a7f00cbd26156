import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { DataError } from '../data-error.ts'
import { allowAnyOrigin } from './respond.ts'

const CHANGING: HTTPMethods[] = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Answers what no other route of the dialect's wing does, in its own words: 405 where another method is, else 404. */
export function wingRoutes (app: FastifyInstance): void {
  for (const url of ['/data/*', '/data-sets/*', '/_status/*', '/public/dashboards/*']) {
    notAllowed(app, url, ['GET', ...CHANGING])
  }
  notAllowed(app, '/public/dashboards', CHANGING)
}

/** Refuses some methods of an address. */
export function notAllowed (app: FastifyInstance, url: string, method: HTTPMethods[]): void {
  const answer = async (request: FastifyRequest): Promise<never> => {
    const [path = ''] = request.url.split('?')
    const others = app.routePatterns.some((route) => route.method !== request.method && route.test(path))
    if (others) throw new DataError(405, 'Method Not Allowed')
    throw new DataError(404, 'Not Found; the API is described at /docs')
  }
  app.route({
    url,
    method,
    config: { permission: 'public' },
    schema: { hide: true },
    onRequest: [openToAll, answer], // before the body is read
    handler: answer
  })
}

export async function openToAll (_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  allowAnyOrigin(reply)
}
