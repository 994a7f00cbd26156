import type { FastifyInstance, FastifyReply } from 'fastify'
import { ProblemError } from '../../errors.ts'

/** An answer from so many bytes on waits in memory for its reader; a smaller one fits into what sockets take at once. */
const LARGE = 64 * 1024
/** Of large answers together. The same bytes sent to several readers, as kept answers are, count once. */
const MOST_BYTES = 256 * 1024 * 1024

/** Bounds what waits for readers who take nothing: a large answer beyond it is refused, to be asked for again. */
export function boundUnsent (app: FastifyInstance, most = MOST_BYTES): void {
  const readers = new Map<unknown, number>()
  let unsent = 0

  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!(Buffer.isBuffer(payload) || typeof payload === 'string') || payload.length < LARGE) {
      done(null, payload)
      return
    }
    const before = readers.get(payload) ?? 0
    if (before === 0 && unsent + payload.length > most) {
      done(new ProblemError('unavailable', 'Too many large answers wait for their readers; ask again, or for less.'))
      return
    }
    if (before === 0) unsent += payload.length
    readers.set(payload, before + 1)
    onceSent(reply, () => {
      const left = (readers.get(payload) ?? 1) - 1
      if (left > 0) readers.set(payload, left)
      else if (readers.delete(payload)) unsent -= payload.length
    })
    done(null, payload)
  })
}

// A response that waits behind others of its connection is told nothing when that ends: so the connection is asked as well.
function onceSent ({ raw, request: { socket } }: FastifyReply, then: () => void): void {
  const settle = (): void => {
    raw.off('finish', settle).off('close', settle)
    socket.off('close', settle)
    then()
  }
  raw.once('finish', settle).once('close', settle)
  socket.once('close', settle)
}
