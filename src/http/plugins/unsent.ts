import { finished } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../errors.ts'

/** Answers of so many bytes and more wait in memory for a slow client; smaller ones fit into the socket's buffer. */
const LARGE = 64 * 1024
/** The most bytes of large answers together. One cached answer that several clients are sent counts once. */
const MOST_BYTES = 256 * 1024 * 1024

/** Bounds the memory of answers to clients who read nothing: a large answer beyond it is refused with "try again". */
export function boundUnsent (app: FastifyInstance, most = MOST_BYTES): void {
  const readers = new Map<object, number>()
  let unsent = 0

  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!(Buffer.isBuffer(payload) || typeof payload === 'string') || payload.length < LARGE) {
      done(null, payload)
      return
    }
    const { length } = payload
    const answer = typeof payload === 'string' ? {} : payload
    const before = readers.get(answer) ?? 0
    if (before === 0 && unsent + length > most) {
      done(new ProblemError('unavailable', 'Too many large answers wait for their readers; ask again, or for less.'))
      return
    }
    if (before === 0) unsent += length
    readers.set(answer, before + 1)
    finished(reply.raw, () => {
      const left = (readers.get(answer) ?? 1) - 1
      if (left > 0) readers.set(answer, left)
      else if (readers.delete(answer)) unsent -= length
    })
    done(null, payload)
  })
}
