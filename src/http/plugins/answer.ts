import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache, Question } from '../../cache/answer-cache.ts'
import type { SeriesScope } from '../../rollups/index.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

type AddressQuestion = Omit<Question, 'about' | 'type'> & { type?: string }

/** Answers what the address asks, from the cache where its answer still holds; 304 to a reader who has it already. */
export async function sendAnswer (
  answers: AnswerCache, request: FastifyRequest, reply: FastifyReply, { type = JSON_TYPE, ...rest }: AddressQuestion
): Promise<FastifyReply> {
  const { body, etag } = await answers.answer({ ...rest, type, about: request.url })
  // Browsers may store it, and have to ask whether it still holds: answers change with the next commit.
  void reply.header('cache-control', 'no-cache')
  if (isUnchanged(request, reply, etag)) return await reply.send()
  return await reply.type(type).send(body)
}

/** Gives the answer its ETag; where the reader has it already, its status becomes 304. */
export function isUnchanged ({ headers }: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  void reply.header('etag', etag)
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  if (reply.statusCode !== 200 || !(known.includes(etag) || known.includes('*'))) return false
  void reply.code(304)
  return true
}

/** What the answer to a question about some authorities and a service is made of. */
export function scopeOf (
  { authorities, service }: { authorities: ReadonlyArray<{ id: number }>, service: { id: number } }
): SeriesScope {
  return { authorityIds: authorities.map(({ id }) => id), serviceId: service.id }
}

/** No cache may give what one reader got to another: every answer varies by token, those to a token are private. */
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
