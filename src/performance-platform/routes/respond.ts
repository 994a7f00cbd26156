import type { FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from '../../cache/answer-cache.ts'
import { isUnchanged } from '../../http/plugins/answer.ts'
import { isClientGone, noteFailure } from '../../http/plugins/request-log.ts'
import { DataError } from '../data-error.ts'
import { ProblemError } from '../../errors.ts'
import { isCollision, isDatabaseUnavailable } from '../../postgres/failures.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** An old address by name: only there did the original send an ETag. */
    byName?: boolean
  }
}

export const NO_CACHE = 'no-cache'
/** For so many seconds, and not past an instant at which something else is published. */
export const maxAge = (seconds: number, { now, until }: { now: number, until: number }): string =>
  `max-age=${Math.max(0, Math.min(seconds, Math.floor((until - now) / 1000)))}, must-revalidate`

/** Any page may read these endpoints. */
export const allowAnyOrigin = (reply: FastifyReply): FastifyReply => reply.header('access-control-allow-origin', '*')

/** Sends a body that is complete, with its ETag where the address has one, or 304 where the reader has it already. */
export async function sendText (
  request: FastifyRequest, reply: FastifyReply, type: string, text: string | Buffer, etag?: string
): Promise<FastifyReply> {
  if (request.routeOptions.config.byName === true && isUnchanged(request, reply, etag ?? etagOf(text))) {
    return await reply.send()
  }
  return await reply.type(type).send(text)
}

export async function sendJson (request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<FastifyReply> {
  return await sendText(request, reply, 'application/json', JSON.stringify(body))
}

// The original answered so; clients look at the status alone.
const TOO_LARGE = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<title>413 Request Entity Too Large</title>
<h1>Request Entity Too Large</h1>
<p>The data value transmitted exceeds the capacity limit.</p>
`

/** Errors in the dialect's two shapes, whatever was thrown. */
export async function sendError (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { status, message, messages } = toDataError(error, request)
  request.problem = error instanceof ProblemError ? error.code : `data-error-${status}`
  void reply.code(status)
  if (status === 401) void reply.header('www-authenticate', 'bearer')
  const wait = error instanceof ProblemError ? error.retryAfter : undefined
  if (wait !== undefined || status === 503) void reply.header('retry-after', String(wait ?? 2))
  if (status === 429) allowAnyOrigin(reply) // it comes before the route says so
  if (status === 413) return await reply.type('text/html').send(TOO_LARGE)
  if (messages !== undefined) return await sendJson(request, reply.header('cache-control', NO_CACHE), { messages })
  return await sendJson(request, reply, { status: 'error', message })
}

function toDataError (error: unknown, request: FastifyRequest): DataError {
  if (error instanceof DataError) return error
  // The rules of figures are those of /v1; the original knew no 422.
  if (error instanceof ProblemError) return new DataError(error.status === 422 ? 400 : error.status, error.message)
  const { statusCode, code, message } = error as { statusCode?: number, code?: string, message?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DataError(413, 'The body is too large')
  if (statusCode === 415) return new DataError(400, 'Expected header: Content-type: application/json')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new DataError(statusCode, message ?? '')
  if (isClientGone(request)) return new DataError(400, 'The connection ended within the body')
  if (isDatabaseUnavailable(error)) {
    noteFailure(request, error)
    return new DataError(503, 'The database cannot be reached just now')
  }
  if (isCollision(error)) return new DataError(409, 'Somebody else changed the same at the same time')
  request.thrown = error
  return new DataError(500, 'Something went wrong that is not your fault')
}
