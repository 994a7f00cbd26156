import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { DataError } from '../data-error.ts'
import { askerOf, mayRead } from '../may-read.ts'
import { readableDataSet, readableDataSetNamed, type ReadableDataSet } from '../read/data-set.ts'
import { DOCUMENTED } from './documented.ts'
import { emptyRoute } from './empty.ts'
import { sendData } from './read.ts'
import { notAllowed, openToAll, wingRoutes } from './not-allowed.ts'
import { sendError } from './respond.ts'
import type { DialectServices } from './services.ts'
import { statusRoutes } from './status.ts'
import { writeRoutes } from './write.ts'

/** Old addresses, of a data set's name alone; this service's own of one word are none, whatever the method. */
const BY_NAME = '/:name(^(?!livez$|readyz$|metrics$|docs$|status$)[a-zA-Z_][a-zA-Z0-9_]+$)'
const DATA = '/data/:group/:type'

/** The data API of GOV.UK's former Performance Platform, for the front ends and senders that were written for it. */
export const performancePlatformRoutes: FastifyPluginAsync<DialectServices> = async (app, services) => {
  const { catalogue } = services
  app.setErrorHandler(sendError)
  // Bodies are read by this dialect's own rules, after its own checks; see body.ts.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    request.bodyBytes = body.length
    done(null, body)
  })

  reads(app, services, DATA, false, ({ group = '', type = '' }) => readableDataSet(catalogue.directory, group, type))
  reads(app, services, BY_NAME, true, ({ name = '' }) => readableDataSetNamed(catalogue.directory, name))
  writeRoutes(app, services, BY_NAME)
  emptyRoute(app, services)
  statusRoutes(app, services)

  notAllowed(app, DATA, ['DELETE', 'PATCH'])
  notAllowed(app, BY_NAME, ['PUT', 'DELETE', 'PATCH'])
  for (const url of ['/_status', '/_status/data-sets']) notAllowed(app, url, ['POST', 'PUT', 'DELETE', 'PATCH'])
  wingRoutes(app)
}

type Find = (params: Record<string, string | undefined>) => ReadableDataSet | undefined

function reads (app: FastifyInstance, services: DialectServices, url: string, byName: boolean, find: Find): void {
  const { catalogue, clock } = services
  const found = (request: FastifyRequest): ReadableDataSet => {
    const set = find(request.params as Record<string, string>)
    const isThere = set !== undefined &&
      (set.configured === undefined || mayRead(catalogue.directory, set.configured, askerOf(request, clock())))
    if (!isThere) throw new DataError(404, 'data_set not found')
    return set
  }
  const options = { config: { byName, permission: 'public' as const }, schema: { hide: true }, onRequest: openToAll }
  const config = { ...options.config, onReplica: true, documented: byName ? DOCUMENTED.readByName : DOCUMENTED.read }
  app.get(url, { ...options, config }, async (request, reply) =>
    await sendData(services, found(request), request, reply))
  app.options(url, options, async (request, reply) => {
    found(request)
    return await preflight(reply)
  })
}

// Spotlight in the browser sends these headers, so that each of its requests is preceded by a question.
async function preflight (reply: FastifyReply): Promise<FastifyReply> {
  return await reply.headers({
    allow: 'HEAD, OPTIONS, GET',
    'access-control-allow-headers': 'cache-control, govuk-request-id, request-id',
    'access-control-max-age': '86400'
  }).type('text/html').send('')
}
