import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, ProblemError, type ErrorCode } from '../../errors.ts'
import { isCollision, isDatabaseUnavailable } from '../../postgres/failures.ts'
import { linkTo } from './base-address.ts'
import { typesRead } from './bodies.ts'
import { isClientGone, noteFailure } from './request-log.ts'
import { noteRefusedRows } from './rows-outcome.ts'

/** RFC 9457 problem documents for everything that goes wrong under /v1 and wherever no other dialect is spoken. */
export function registerProblems (app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, asProblem(error, request)))
  // In a hook, so that no body is read before the error.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    const allowed = allowedMethods(app, request)
    if (allowed.length === 0) throw new ProblemError('not-found', `There is no ${request.url.split('?')[0] ?? ''}.`)
    void reply.header('allow', allowed.join(', '))
    throw new ProblemError('method-not-allowed', `${request.method} is not allowed here; ${allowed.join(', ')} is.`)
  })
}

const UNREADABLE_ADDRESSES: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address cannot be read: each % in it must begin an escape of UTF-8, such as %20.',
  FST_ERR_MAX_PARAM_LENGTH: 'The address cannot be read: a part of it is too long.'
}

/** For addresses that the router cannot read: no hook and no handler of the app sees them. */
export function refuseAddress ({ code, message }: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = new ProblemError('invalid-request', UNREADABLE_ADDRESSES[code] ?? message)
  request.server.followRequest(request, reply)
  sendProblem(request, markAnswer(request, reply), problem)
}

/** Sets the headers of every answer: the request's id, and nosniff, so that browsers trust the Content-Type. */
export function markAnswer (request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })
}

/** Notes an error, and sets the status and the headers of its answer. */
export function markProblem (request: FastifyRequest, reply: FastifyReply, problem: ProblemError): FastifyReply {
  request.problem = problem.code
  if (problem.rows !== undefined) noteRefusedRows(request, problem.rows)
  if (problem.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer')
  const retryAfter = problem.retryAfter ?? (problem.code === 'unavailable' ? 2 : undefined)
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter))
  return reply.code(problem.status)
}

/** Sends an error as `application/problem+json`. */
export function sendProblem (request: FastifyRequest, reply: FastifyReply, problem: ProblemError): FastifyReply {
  return markProblem(request, reply, problem).type('application/problem+json').send({
    type: linkTo(request)(`/v1/errors/${problem.code}`),
    title: ERRORS[problem.code].title,
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    instance: request.id,
    ...problem.extra
  })
}

const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty-body'
}

// Says what was sent and what the route takes. Repeats the media type only, nothing else that the header holds.
function bodyWanted ({ headers, routeOptions: { schema, config }, server }: FastifyRequest): string {
  if (schema?.body === undefined && config.documentedBody === undefined) {
    return 'This address takes no body; leave out the Content-Type as well.'
  }
  const header = headers['content-type']
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(header ?? '')?.[0]
  const types = typesRead(server)
  if (type !== undefined && types.includes(type.toLowerCase())) return `The body is empty; send ${types.join(' or ')}.`
  return `${
    header === undefined
      ? 'No Content-Type came with the body'
      : `Content-Type ${type ?? 'of another form'} is not read here`
  }; send ${types.join(' or ')}.`
}

/** Turns whatever was thrown into what a client may read: never a stack trace, never SQL. */
export function asProblem (error: unknown, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error
  const { code, validation, validationContext, statusCode, message } = error as Partial<FastifyError>
  if (validation !== undefined) {
    const [first] = validation
    const where = `${validationContext ?? 'request'}${first?.instancePath.replaceAll('/', '.') ?? ''}`
    return new ProblemError('invalid-request', `${where} ${first?.message ?? 'is not valid'}${hint(first?.params)}.`)
  }
  const known = FRAMEWORK_CODES[code ?? '']
  if (known === 'body-too-large') {
    return new ProblemError(known, `The body is larger than ${request.routeOptions.bodyLimit} bytes, the most here.`)
  }
  if (known === 'empty-body' || known === 'unsupported-media-type') return new ProblemError(known, bodyWanted(request))
  if (isClientGone(request)) return new ProblemError('invalid-request', 'The connection ended within the body.')
  if (isDatabaseUnavailable(error)) {
    noteFailure(request, error)
    return new ProblemError(
      'unavailable',
      'The database cannot be reached just now; nothing of this request was stored, or a retry will find it.'
    )
  }
  if (isCollision(error)) {
    request.failure = `changed meanwhile (${(error as { constraint?: string }).constraint ?? ''})`
    return new ProblemError(
      'changed-meanwhile', 'Somebody else changed the same at the same time, so nothing of this request was stored.'
    )
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ProblemError('invalid-request', message ?? '')
  }
  request.thrown = error
  return new ProblemError(
    'internal-error',
    'Something went wrong that is not your fault. The request id is in `instance`.'
  )
}

function hint (params: Record<string, unknown> | undefined): string {
  if (params === undefined) return ''
  if (Array.isArray(params['allowedValues'])) return `: ${params['allowedValues'].join(', ')}`
  if (typeof params['additionalProperty'] === 'string') return `: ${params['additionalProperty']}`
  return ''
}

function allowedMethods (app: FastifyInstance, request: FastifyRequest): string[] {
  const url = request.url.split('?')[0] ?? ''
  return [...new Set(app.routePatterns.filter((route) => route.test(url)).map(({ method }) => method))]
}

declare module 'fastify' {
  interface FastifyInstance {
    routePatterns: Array<{ method: string, test: (url: string) => boolean }>
  }
}

/** Notes every route as it is registered, so that a wrong method can be told from a wrong address. Before any route. */
export function collectRoutes (app: FastifyInstance): void {
  app.decorate('routePatterns', [])
  app.addHook('onRoute', ({ method, url }) => {
    if (url.includes('*')) return
    const pattern = patternOf(url)
    for (const one of [method].flat()) app.routePatterns.push({ method: one, test: (path) => pattern.test(path) })
  })
}

// `/:name(^[a-z]+$)` takes what its own expression takes, `/:name` whatever has no slash.
function patternOf (url: string): RegExp {
  const parts = url.split('/').map((part) => {
    const own = /^:\w+\(\^?(.+?)\$?\)$/.exec(part)?.[1]
    return own === undefined ? part.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+') : `(?:${own})`
  })
  return new RegExp(`^${parts.join('/')}/?$`)
}
