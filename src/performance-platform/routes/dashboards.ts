import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../catalogue/directory.ts'
import { latestValues, type LatestValues } from '../dashboards/latest-values.ts'
import { findPage, listDashboards, toListItem, type PublicServices } from '../dashboards/public.ts'
import type { Published } from '../../disclosure/gate.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { DataError } from '../data-error.ts'
import { Type } from 'typebox'
import { readPublications } from '../store/dashboards.ts'
import { compareValues } from '../value-order.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import { JSON_TYPE } from '../../http/plugins/answer.ts'
import { sessionOf, type Reading } from '../../http/plugins/session.ts'
import { allowAnyOrigin, maxAge, NO_CACHE, sendError } from './respond.ts'

const FRESH_SECONDS = 300
const URL = '/public/dashboards'
const LATEST = '/data/service-aggregates/latest-dataset-values'

const Query = Type.Object({
  slug: Type.Optional(Type.String({
    maxLength: 1000,
    description: 'Path of a page; all published dashboards if left out.',
    examples: ['solihull-local-authority/volumetrics']
  }))
})

const ErrorSchema = Type.Object({
  status: Type.String({ examples: ['error'] }),
  message: Type.String({ examples: ["No dashboard with slug 'none' exists"] })
}, { $id: 'DialectError', description: 'An error as the Performance Platform wrote it.' })

/** Dashboards and their modules, as the Performance Platform's config API gave them. */
export const publicDashboardRoutes: FastifyPluginAsyncTypebox<
  Omit<PublicServices, 'session'> & Reading & { answers: AnswerCache }
> = async (app, { answers, ...options }) => {
  const { catalogue, clock } = options
  const servicesFor = (request: FastifyRequest): PublicServices => ({
    ...options, session: sessionOf(options, request)
  })
  // What is published by itself while an answer is kept, here or by a browser, must not be missing from it.
  const publications = async (directory: Directory) => {
    const now = clock()
    const { passed, next } = await readPublications(options.db, now)
    return { passed, when: { now, until: Math.min(next, directory.publication.until) } }
  }
  app.addSchema(ErrorSchema)
  app.setErrorHandler(sendError)
  app.addHook('onRequest', async (_request, reply) => {
    allowAnyOrigin(reply)
  })

  app.get(URL, {
    config: { permission: 'public' },
    schema: {
      operationId: 'readDashboards',
      tags: ['performance-platform'],
      summary: 'A dashboard, a module of one, or the list of all',
      description:
        'By path: `dashboard`, `dashboard/module`, `dashboard/section/module`, ' +
          '`dashboard/tab-module/tab-module-tab`. Each authority’s service that has data, and each service, has a ' +
          'dashboard that makes itself.',
      querystring: Query,
      response: {
        200: Type.Object({ 'page-type': Type.String({ examples: ['browse'] }) }, {
          additionalProperties: true,
          description: 'A dashboard, a module’s page, or the list (`items`).'
        }),
        400: Type.Ref('DialectError', { description: 'The path is longer than any.' }),
        404: Type.Ref('DialectError', { description: 'The path leads nowhere.' }),
        429: Type.Ref('DialectError', { description: 'Too many requests; go on after the seconds in Retry-After.' }),
        500: Type.Ref('DialectError', { description: 'The service failed; try again.' }),
        503: Type.Ref('DialectError', {
          description: 'The database does not answer; try again after the seconds in Retry-After.'
        })
      }
    }
  }, async (request, reply) => {
    const { query: { slug } } = request
    const services = servicesFor(request)
    const { directory } = catalogue
    const { passed, when } = await publications(directory)
    if (slug === undefined || slug === '') {
      const { body } = await answers.answer({
        about: `dashboards ${passed}`,
        type: JSON_TYPE,
        viewer: services.session.viewer.name,
        time: Math.floor(clock() / DAY_MS),
        patient: true,
        catalogue: directory,
        compute: async () =>
          JSON.stringify({
            'page-type': 'browse', items: (await listDashboards(services)).map(({ head }) => toListItem(head))
          })
      })
      void reply.header('cache-control', maxAge(FRESH_SECONDS, when))
      return await (reply as FastifyReply).type(JSON_TYPE).send(body)
    }
    const page = await findPage(services, slug)
    if (page === undefined) throw new DataError(404, `No dashboard with slug '${slug}' exists`)
    void reply.header('cache-control', page.published ? maxAge(FRESH_SECONDS, when) : NO_CACHE)
    return page
  })

  // The values of the year up to today, shares from 0 to 1; what is not known is left out.
  app.get<{ Querystring: Record<string, unknown> }>(LATEST, {
    config: { permission: 'public' }, schema: { hide: true }
  }, async (request, reply) => {
    const services = servicesFor(request)
    const { directory } = catalogue
    const { passed, when } = await publications(directory)
    const order = request.query['sort_by']
    const { body } = await answers.answer({
      about: `latest ${passed} ${String(order)}`,
      type: JSON_TYPE,
      viewer: services.session.viewer.name,
      time: Math.floor(clock() / DAY_MS),
      patient: true,
      catalogue: directory,
      compute: async () => JSON.stringify({ data: sorted(await latestValues(services), order) })
    })
    return await (reply as FastifyReply).header('cache-control', maxAge(FRESH_SECONDS, when)).type(JSON_TYPE).send(body)
  })

  for (const url of [URL, LATEST]) {
    app.options(url, { config: { permission: 'public' }, schema: { hide: true } }, async (_request, reply) =>
      await reply.headers({
        allow: 'HEAD, OPTIONS, GET',
        'access-control-allow-headers': 'cache-control, govuk-request-id, request-id',
        'access-control-max-age': '86400'
      }).type('text/html').send(''))
  }
}

// Never refuse a request here: the front end's first pages would wait for ever. An unknown order is no order.
function sorted (
  rows: ReadonlyArray<Published<LatestValues>>, order: unknown
): ReadonlyArray<Published<LatestValues>> {
  const [, field = '', direction] = /^(\w+):(ascending|descending)$/.exec(typeof order === 'string' ? order : '') ?? []
  return direction === undefined
    ? rows
    : rows.toSorted((a, b) => compareValues(a[field] ?? null, b[field] ?? null) * (direction === 'descending' ? -1 : 1))
}
