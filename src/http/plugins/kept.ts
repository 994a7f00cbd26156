import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answers } from '../../query/answers.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

interface Question {
  /** What decides the answer, beside the address and the state of the database: who reads, which day it is. */
  about: string
  /** The catalogue in force. */
  scope: object
  type?: string
  compute: () => Promise<string>
}

/** Answers what is computed once for each state of the database, and `304` to a reader who has it already. */
export async function sendKept (answers: Answers, request: FastifyRequest, reply: FastifyReply, { about, scope, type = JSON_TYPE, compute }: Question): Promise<FastifyReply> {
  const { body, etag } = await answers.answer(`${about} ${request.url}`, scope, compute)
  // A cache may keep it, and has to ask whether it still holds: answers change with the next commit.
  void reply.headers({ etag, 'cache-control': 'no-cache' })
  if (request.headers['if-none-match']?.includes(etag) === true) return await reply.code(304).send()
  return await reply.type(type).send(body)
}
