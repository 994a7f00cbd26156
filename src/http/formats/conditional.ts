import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { hash } from 'node:crypto'
import { etagOf } from '../../cache/answer-cache.ts'
import { isUnchanged } from '../plugins/answer.ts'

/** Answers whose first sight is remembered; of one that is forgotten it is later than it was, which is safe. */
const REMEMBERED = 10_000
const SECOND_MS = 1000

/**
 * ETag, Last-Modified and Cache-Control on every answer to a GET or HEAD under /v1, and 304 to who has it. Before what
 * compresses answers.
 *
 * Last-Modified is when this process first saw the answer as it is now. It is left out within that second, since the
 * answer might change again in it, and to those with a token.
 */
export function answerConditionally (app: FastifyInstance, clock: () => number): void {
  const seen = new LRUCache<string, { etag: string, since: number }>({ max: REMEMBERED })
  const sinceOf = (key: string, etag: string): number => {
    const known = seen.get(key)
    if (known?.etag === etag) return known.since
    const since = clock()
    seen.set(key, { etag, since })
    return since
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    if (!isAnswer(request, reply, payload)) {
      done(null, payload)
      return
    }
    if (reply.getHeader('cache-control') === undefined) void reply.header('cache-control', 'no-cache')
    const etag = String(reply.getHeader('etag') ?? etagOf(payload))
    const since = request.headers.authorization === undefined
      ? sinceOf(hash('sha1', `${request.url}\n${String(reply.getHeader('content-type'))}`, 'base64url'), etag)
      : undefined
    const modified = since === undefined || secondOf(since) >= secondOf(clock()) ? undefined : secondOf(since)
    if (modified !== undefined) void reply.header('last-modified', new Date(modified).toUTCString())
    if (isUnchanged(request, reply, etag) || isNoNewer(request, modified)) {
      void reply.code(304).removeHeader('content-length').removeHeader('content-type')
      done(null, request.method === 'HEAD' ? '' : null)
      return
    }
    done(null, payload)
  })

  // Fastify would say that the answer that is not sent has no bytes.
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') return
    route.onSend = [route.onSend ?? [], async (_request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
      if (reply.statusCode === 304) void reply.removeHeader('content-length')
      return payload
    }].flat()
  })
}

const secondOf = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS

function isAnswer (
  request: FastifyRequest, { statusCode }: FastifyReply, payload: unknown
): payload is string | Buffer {
  return statusCode === 200 && ['GET', 'HEAD'].includes(request.method) &&
    request.routeOptions.url?.startsWith('/v1/') === true && (typeof payload === 'string' || Buffer.isBuffer(payload))
}

// If-None-Match goes before If-Modified-Since (RFC 9110, section 13.1.3).
function isNoNewer ({ headers }: FastifyRequest, modified: number | undefined): boolean {
  const known = Date.parse(headers['if-modified-since'] ?? '')
  return headers['if-none-match'] === undefined && modified !== undefined && known >= modified
}
