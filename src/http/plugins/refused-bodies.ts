import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Connections } from './connections.ts'

/** Of a body that is refused so many bytes are taken, and thrown away; most senders read no answer before their end. */
const DRAINED_BYTES = 32 * 1024 * 1024
const DRAINED_MS = 10_000

/**
 * Lets a sender read an answer that comes before all of the body is there: a refusal. A connection that is closed with
 * bytes unread is reset, and the answer is lost with it. Also tells those who ask first (`Expect: 100-continue`) to
 * send their body, once nothing speaks against it.
 */
export function readRefusedBodies (app: FastifyInstance, connections: Connections): void {
  app.addHook('preParsing', async ({ raw, routeOptions, headers }, reply) => {
    if (headers.expect === undefined || connections.of(raw.socket) === undefined) return
    // One that is too large is refused without being sent.
    if (Number(headers['content-length'] ?? 0) <= routeOptions.bodyLimit && !raw.complete) reply.raw.writeContinue()
  })
  app.addHook('onSend', async ({ raw, headers }) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (hasBody && !raw.complete && connections.of(raw.socket) !== undefined) drain(raw)
  })
}

function drain (body: IncomingMessage): void {
  const { socket } = body
  let left = DRAINED_BYTES
  body.on('data', (part: Buffer) => {
    left -= part.length
    if (left < 0) socket.destroy()
  })
  const timer = setTimeout(() => socket.destroy(), DRAINED_MS)
  const done = (): void => clearTimeout(timer)
  body.once('end', done)
  socket.once('close', done)
  closeAfter(body, socket)
}

// Node closes a connection with its last answer, whether the client has sent all or not.
function closeAfter (body: IncomingMessage, socket: Socket): void {
  const close = socket.destroySoon.bind(socket)
  socket.destroySoon = () => {
    if (body.complete || socket.destroyed) close()
    else body.once('end', close)
  }
}
