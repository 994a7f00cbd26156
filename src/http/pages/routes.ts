import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { baseAddressOf } from '../plugins/base-address.ts'
import { asProblem, markProblem, sendProblem } from '../plugins/problems.ts'
import type { Reading } from '../plugins/session.ts'
import { guideRoutes } from './guides/routes.ts'
import { homePage } from './home.ts'
import { rootOf } from './layout.ts'
import { missingPage } from './missing.ts'
import { problemPage } from './problem.ts'
import { answersOf, NO_SUCH_PAGE } from './schemas.ts'
import { sendPage } from './send.ts'
import { stateReader } from './state.ts'
import { statusPage } from './status.ts'
import { STYLES } from './styles.ts'

interface Options {
  reading: Reading
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
  releaseAt: number | undefined
  /** Answers at `/` who asks for no type of answer, as programs of the old platform do. */
  withoutType: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
}

const YEAR_SECONDS = 31_536_000

/** What people meet first: pages without scripts, the same for everybody. */
export const pageRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  const { reading, answers, catalogue, clock, releaseAt, withoutType } = options
  const readState = stateReader({ ...reading, answers, catalogue, clock })

  // Whoever opens a page in a browser is told in words what is wrong with it; a program gets the problem document.
  app.setErrorHandler(async (error, request, reply) => {
    const problem = asProblem(error, request)
    if (request.headers.accept?.includes('text/html') !== true) return sendProblem(request, reply, problem)
    return await sendPage(request, markProblem(request, reply, problem), problemPage(rootOf(request), problem))
  })

  app.get('/', {
    config: { permission: 'public', onReplica: true },
    schema: {
      operationId: 'readHomePage',
      tags: ['pages'],
      summary: 'What this service is, how it is now, and where to go on',
      response: {
        ...answersOf('The first page.'),
        404: {
          description: 'To a program that names no type of answer (`Accept`): what the old platform said here.',
          content: { 'application/json': { schema: Type.Object({ status: Type.String(), message: Type.String() }) } }
        }
      }
    }
  }, async (request, reply) => {
    if (request.headers.accept === undefined) return await withoutType(request, reply)
    const state = await readState(request, reply)
    const base = baseAddressOf(request)
    return await sendPage(request, reply, homePage({ root: rootOf(request), base, state, now: clock(), releaseAt }))
  })

  app.get('/status', {
    config: { permission: 'public', onReplica: true },
    schema: {
      operationId: 'readStatusPage',
      tags: ['pages'],
      summary: 'What comes in and what is late, for people',
      description: 'What `/v1/feeds` tells everybody, late ones first. It may be some seconds old.',
      querystring: Type.Object({
        authority: Type.String({
          default: '', maxLength: 100, description: 'Slug, or a part of the name.', examples: ['solihull']
        }),
        page: Type.Integer({ default: 1, minimum: 1, maximum: 100_000, examples: [1] })
      }),
      response: { ...answersOf('A page of the feeds.'), ...NO_SUCH_PAGE }
    }
  }, async (request, reply) => {
    const root = rootOf(request)
    const state = await readState(request, reply)
    const page = statusPage(root, state, request.query)
    return await sendPage(request, page === undefined ? reply.code(404) : reply, page ?? missingPage(root))
  })

  app.get('/docs/pages.css', {
    config: { permission: 'public' }, logLevel: 'warn', schema: { hide: true }
  }, async (request, reply) => {
    const { v } = request.query as { v?: string }
    // Of another version where an instance beside this one is newer: it must not be kept under that address.
    const isThis = v === STYLES.version
    return await reply.type('text/css; charset=utf-8').header('etag', `"${STYLES.version}"`)
      .header('cache-control', isThis ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache').send(STYLES.css)
  })

  await app.register(guideRoutes)
}
