import type { FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from '../../cache/answer-cache.ts'
import { isUnchanged } from '../plugins/answer.ts'
import { documentOf, rootOf, type Page } from './layout.ts'

export const HTML_TYPE = 'text/html; charset=utf-8'

/** No script runs, and nothing is loaded but the service's own style sheet, whatever a name in a page might hold. */
const CONTENT_SECURITY = [
  "default-src 'none'", "style-src 'self'", 'img-src data:', "form-action 'self'", "base-uri 'none'",
  "frame-ancestors 'self'"
].join('; ')

/** Sends a page, or 304 to a browser that has it already. */
export async function sendPage (request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply> {
  const body = documentOf(rootOf(request), page)
  void reply.headers({ 'cache-control': 'no-cache', 'content-security-policy': CONTENT_SECURITY })
  if (isUnchanged(request, reply, etagOf(body))) return await reply.send()
  return await reply.type(HTML_TYPE).send(body)
}
