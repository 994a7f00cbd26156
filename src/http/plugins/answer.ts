import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache, Question } from '../../cache/answer-cache.ts'
import type { Asker } from '../../cache/costly-gate.ts'
import type { SeriesScope } from '../../rollups/index.ts'
import { formatOf } from '../formats/choose.ts'
import { CSV_TYPE } from '../formats/csv.ts'
import { linkPages } from '../formats/paging.ts'
import { selfOf } from './base-address.ts'
import { clientOf } from './client.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

type AddressQuestion = Omit<Question, 'about' | 'type' | 'asker'> & {
  about?: string
  /** Left out: that of the format that the request chose. */
  type?: string
  /** Of a list: the parameter that says where a page begins. */
  cursor?: string
}

/**
 * Answers the question of an address, from the cache if its answer is still valid; 304 to a client who has it already.
 */
export async function sendAnswer (
  answers: AnswerCache, request: FastifyRequest, reply: FastifyReply,
  { type = formatOf(request) === 'csv' ? CSV_TYPE : JSON_TYPE, cursor, ...rest }: AddressQuestion
): Promise<FastifyReply> {
  const asker = askerOf(request, reply)
  const { body, etag, next } = await answersFor(answers, request).answer({ about: request.url, ...rest, type, asker })
  // Browsers may store the answer, but must ask whether it is still valid: it changes with the next commit.
  void reply.header('cache-control', 'no-cache')
  if (cursor !== undefined) linkPages(reply, selfOf(request), cursor, next)
  if (isUnchanged(request, reply, etag)) return await reply.send()
  return await reply.type(type).send(body)
}

/** The answers of the server that a request reads from, which is that of its session. */
export const answersFor = (answers: AnswerCache, { replica }: FastifyRequest): AnswerCache =>
  replica?.answers ?? answers

/** Whoever sent a request, as one who waits for its answer. */
export function askerOf (request: FastifyRequest, reply: FastifyReply): Asker {
  const { raw } = reply
  return {
    client: clientOf(request),
    mayAsk: async () => await request.server.countCostly(request, reply),
    onGone: (leave) => {
      if (raw.destroyed) leave()
      else raw.once('close', leave)
    }
  }
}

/** Sets the ETag of an answer, and its status to 304 where the client has it already. */
export function isUnchanged ({ headers }: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  void reply.header('etag', etag)
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  if (reply.statusCode !== 200 || !(known.includes(etag) || known.includes('*'))) return false
  void reply.code(304)
  return true
}

/** The series that the answer to a question about some authorities and a service is made of. */
export function scopeOf (
  { authorities, service }: { authorities: ReadonlyArray<{ id: number }>, service: { id: number } }
): SeriesScope {
  return { authorityIds: authorities.map(({ id }) => id), serviceId: service.id }
}

/**
 * Keeps shared caches from giving one viewer's answer to another: answers vary by token, those to a token are private.
 */
export function keepAnswersApart (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') keepApart(request, reply)
    done(null, payload)
  })
}

function keepApart ({ headers }: FastifyRequest, reply: FastifyReply): void {
  const vary = [reply.getHeader('vary') ?? []].flat().map(String)
  void reply.header('vary', [...vary, 'Authorization'].join(', '))
  if (headers.authorization === undefined) return
  void reply.header('cache-control', `private, ${String(reply.getHeader('cache-control') ?? 'no-cache')}`)
}
