import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../catalogue/directory.ts'
import { latestValues, VALUE_FIELDS, type LatestValues } from '../dashboards/latest-values.ts'
import { findPage, listDashboards, toListItem, type PublicServices } from '../dashboards/public.ts'
import type { Published } from '../../disclosure/gate.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { DataError } from '../data-error.ts'
import { Type } from 'typebox'
import { readPublications } from '../store/dashboards.ts'
import { compareValues } from '../value-order.ts'
import type { Answer, Question } from '../../cache/answer-cache.ts'
import { answersFor, askerOf, JSON_TYPE } from '../../http/plugins/answer.ts'
import { sayKept } from '../../http/plugins/replica.ts'
import { sessionOf } from '../../http/plugins/session.ts'
import type { DialectServices } from './services.ts'
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
export const publicDashboardRoutes: FastifyPluginAsyncTypebox<DialectServices> = async (
  app, { answers, db, costly, catalogue, clock }
) => {
  const servicesFor = (request: FastifyRequest): PublicServices => ({
    db, catalogue, clock, session: sessionOf(costly, request)
  })
  // Readers may keep it for minutes. What is made of a whole country is patient: a slow one is given again even after a
  // commit.
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { session }: PublicServices,
    question: Pick<Question, 'about' | 'catalogue' | 'compute' | 'patient'>
  ): Promise<Answer> => {
    const answer = await answersFor(answers, request).answer({
      ...question,
      type: JSON_TYPE,
      viewer: session.viewer.name,
      time: Math.floor(clock() / DAY_MS),
      asker: askerOf(request, reply)
    })
    if (answer.keptMs !== undefined) sayKept(reply, answer.keptMs)
    return answer
  }
  // What is published by itself while an answer is kept, here or by a browser, must not be missing from it.
  const publications = async (directory: Directory) => {
    const now = clock()
    const { passed, next } = await readPublications(db, now)
    return { passed, when: { now, until: Math.min(next, directory.publication.until) } }
  }
  app.addSchema(ErrorSchema)
  app.setErrorHandler(sendError)
  app.addHook('onRequest', async (_request, reply) => {
    allowAnyOrigin(reply)
  })

  app.get(URL, {
    config: { permission: 'public', onReplica: true },
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
      const { body } = await answer(request, reply, services, {
        about: `dashboards ${passed}`,
        catalogue: directory,
        patient: true,
        compute: async () =>
          JSON.stringify({
            'page-type': 'browse', items: (await listDashboards(services)).map(({ head }) => toListItem(head))
          })
      })
      void reply.header('cache-control', maxAge(FRESH_SECONDS, when))
      return await (reply as FastifyReply).type(JSON_TYPE).send(body)
    }
    const nowhere = () => new DataError(404, `No dashboard with slug '${slug}' exists`)
    const found = await findPage({ ...services, db }, slug)
    if ('written' in found) {
      const page = found.written
      if (page === undefined) throw nowhere()
      void reply.header('cache-control', page.published ? maxAge(FRESH_SECONDS, when) : NO_CACHE)
      return page
    }
    const { body } = await answer(request, reply, services, {
      about: `dashboard ${passed} ${slug}`,
      catalogue: directory,
      patient: found.ofSeveral,
      compute: async () => {
        const page = await found.selfMade(services)
        if (page === undefined) throw nowhere()
        return JSON.stringify(page)
      }
    })
    void reply.header('cache-control', maxAge(FRESH_SECONDS, when))
    return await (reply as FastifyReply).type(JSON_TYPE).send(body)
  })

  // The values of the year up to today, shares from 0 to 1; what is not known is left out.
  app.get<{ Querystring: Record<string, unknown> }>(LATEST, {
    config: { permission: 'public', onReplica: true }, schema: { hide: true }
  }, async (request, reply) => {
    const services = servicesFor(request)
    const { directory } = catalogue
    const { passed, when } = await publications(directory)
    const order = orderOf(request.query['sort_by'])
    const { body } = await answer(request, reply, services, {
      about: `latest ${passed} ${order?.field ?? ''} ${order?.direction ?? ''}`,
      catalogue: directory,
      patient: true,
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

interface Order { field: string, direction: 'ascending' | 'descending' }

// Never refuse a request here: the front end's first pages would wait for ever. An unknown order is no order, and of a
// field that no row has neither is any: so there are a few answers to cache, whatever is asked.
function orderOf (text: unknown): Order | undefined {
  const [, field = '', direction] = /^(\w+):(ascending|descending)$/.exec(typeof text === 'string' ? text : '') ?? []
  return direction === undefined || !VALUE_FIELDS.includes(field)
    ? undefined
    : { field, direction: direction as Order['direction'] }
}

function sorted (
  rows: ReadonlyArray<Published<LatestValues>>, order: Order | undefined
): ReadonlyArray<Published<LatestValues>> {
  if (order === undefined) return rows
  const { field, direction } = order
  return rows.toSorted((a, b) =>
    compareValues(a[field] ?? null, b[field] ?? null) * (direction === 'descending' ? -1 : 1))
}
