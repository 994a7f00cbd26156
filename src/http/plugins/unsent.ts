import { finished } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../errors.ts'

/**
 * An answer from so many bytes on waits in memory for its reader; a smaller one fits into what sockets take at once.
 */
const LARGE = 64 * 1024
/** Of large answers together. The same bytes sent to several readers, as answers from the cache are, count once. */
const MOST_BYTES = 256 * 1024 * 1024

/** Bounds what waits for readers who take nothing: a large answer beyond it is refused, to be asked for again. */
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
