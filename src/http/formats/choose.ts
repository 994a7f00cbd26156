import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { ProblemError } from '../../errors.ts'
import { typeAccepted } from './accept.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a GET is served as, the usual type first: as its 200 says in the contract. */
    types?: readonly string[]
  }
  interface FastifyRequest {
    /** Of `config.types` the one that the answer is to have. */
    answerType: string
  }
}

const JSON_ALONE = ['application/json']

/**
 * The one way to choose the form of an answer: `format` in the address, else the Accept header. Where nothing that
 * there is fits, 406 says what there is. Problems are always problem documents. Before the routes of `app`.
 */
export function chooseFormats (app: FastifyInstance): void {
  app.decorateRequest('answerType', '')

  app.addHook('onRoute', (route) => {
    if (isRead(route)) route.config = { ...route.config, types: typesOf(route) }
  })

  app.addHook('preHandler', (request, reply, done) => {
    const { types } = request.routeOptions.config
    if (types !== undefined) choose(request, reply, types)
    done()
  })
}

/** Whether a route is a GET, or the HEAD that Fastify makes of one. */
export const isRead = ({ method }: Pick<RouteOptions, 'method'>): boolean => method === 'GET' || method === 'HEAD'

function choose (request: FastifyRequest, reply: FastifyReply, types: readonly string[]): void {
  void reply.header('vary', [reply.getHeader('vary') ?? [], 'Accept'].flat().join(', '))
  const { format } = request.query as { format?: string }
  if (format !== undefined) return // checked by the schema; it says which type
  const type = typeAccepted(request.headers.accept, types)
  if (type === undefined) throw new ProblemError('not-acceptable', `This is served as ${types.join(' and ')}.`)
  request.answerType = type
}

/** The format of the answer, by its word: that of `format`, else `csv` or `json` as Accept says. */
export function formatOf ({ query, answerType }: FastifyRequest): string {
  return (query as { format?: string }).format ?? (answerType === 'text/csv' ? 'csv' : 'json')
}

function typesOf ({ schema }: RouteOptions): readonly string[] {
  const answer = (schema?.response as Record<number, { content?: object }> | undefined)?.[200]
  const types = Object.keys(answer?.content ?? {}).map((type) => type.split(';')[0]?.trim() ?? '')
  return types.length === 0 ? JSON_ALONE : types
}
