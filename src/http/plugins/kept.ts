import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answers, Question } from '../../cache/answers.ts'
import type { SeriesScope } from '../../rollups/index.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** `about` is what decides the answer beside the address and the data: who reads, which day it is. */
interface KeptQuestion extends Question { type?: string }

/** Answers what is computed once for each state of the data, and `304` to a reader who has it already. */
export async function sendKept (
  answers: Answers, request: FastifyRequest, reply: FastifyReply, { type = JSON_TYPE, ...question }: KeptQuestion
): Promise<FastifyReply> {
  const { body, etag } = await answers.answer({ ...question, about: `${question.about} ${request.url}` })
  // A cache may keep it, and has to ask whether it still holds: answers change with the next commit.
  void reply.headers({ etag, 'cache-control': 'no-cache' })
  if (request.headers['if-none-match']?.includes(etag) === true) return await reply.code(304).send()
  return await reply.type(type).send(body)
}

/** What the answer to a question about some authorities and a service is made of. */
export function scopeOf (
  { authorities, service }: { authorities: ReadonlyArray<{ id: number }>, service: { id: number } }
): SeriesScope {
  return { authorityIds: authorities.map(({ id }) => id), serviceId: service.id }
}
