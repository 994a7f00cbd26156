import type { FastifyInstance, FastifySchema } from 'fastify'
import { Type } from 'typebox'

const NOTHING = Type.Object({}, { additionalProperties: false })
const OPERATIONS = ['/livez', '/readyz', '/openapi.json', '/openapi.yaml', '/data.json']

/**
 * Query parameters that an address does not know are refused, so that a filter with a slip of the pen never answers
 * with everything: routes that say nothing of their query take none, and one that takes whatever comes does not start.
 * The old dialect has its own rules. Before any route.
 */
export function refuseUnknownQueries (app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS' || !(route.url.startsWith('/v1/') || OPERATIONS.includes(route.url))) return
    const schema: FastifySchema = route.schema ?? {}
    const query = schema.querystring as { additionalProperties?: unknown } | undefined
    if (query === undefined) route.schema = { ...schema, querystring: NOTHING }
    else if (query.additionalProperties !== false) {
      throw new TypeError(`${String(route.method)} ${route.url} takes query parameters that it does not know`)
    }
  })
}
