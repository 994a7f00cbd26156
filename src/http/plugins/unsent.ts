import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../errors.ts'
import { addressOf } from './client.ts'
import type { Connection, Connections } from './connections.ts'

/** An answer of so few bytes is always sent: it may be the one that says that there is no room. */
const ALWAYS_SENT = 4096

export interface UnsentLimits {
  /** Bytes of answers that are ready and not sent; one cached answer that several clients are sent counts once. */
  inAll: number
  /** The same of one client, by address, each answer by itself. */
  perClient: number
}

export const UNSENT_LIMITS: UnsentLimits = { inAll: 256 * 1024 * 1024, perClient: 64 * 1024 * 1024 }

/**
 * Bounds the memory of answers to clients who do not read them, of whatever size each is. Beyond it a client who has
 * long read nothing is cut off to make room; where there is none, the answer is refused with "try again".
 */
export function boundUnsent (app: FastifyInstance, connections: Connections, limits = UNSENT_LIMITS): void {
  const readers = new Map<Buffer, number>()
  const byClient = new Map<string, number>()
  /** What is given back when an answer is sent, or its connection ends. */
  const held = new WeakMap<Connection, Set<() => void>>()
  let inAll = 0

  const heldBy = (connection: Connection): Set<() => void> => {
    const found = held.get(connection)
    if (found !== undefined) return found
    const none = new Set<() => void>()
    held.set(connection, none)
    connection.socket.once('close', () => none.forEach((giveBack) => giveBack()))
    return none
  }

  const hold = (connection: Connection, payload: Buffer | string): () => void => {
    const { length } = payload
    const { client } = connection
    if (Buffer.isBuffer(payload)) readers.set(payload, (readers.get(payload) ?? 0) + 1)
    if (!Buffer.isBuffer(payload) || readers.get(payload) === 1) inAll += length
    byClient.set(client, (byClient.get(client) ?? 0) + length)
    if (connection.unsent === 0) connection.movedAt = performance.now()
    connection.unsent += length
    const giveBack = (): void => {
      if (!heldBy(connection).delete(giveBack)) return
      connection.unsent -= length
      takeOff(byClient, client, length)
      if (!Buffer.isBuffer(payload) || takeOff(readers, payload, 1) === 0) inAll -= length
    }
    heldBy(connection).add(giveBack)
    return giveBack
  }

  /** Whose connections are too many, if another answer is to wait: a client's, or all. */
  const crowd = (client: string, payload: Buffer | string): Iterable<Connection> | undefined => {
    const { length } = payload
    if ((byClient.get(client) ?? 0) + length > limits.perClient) {
      return Iterator.from(connections.all()).filter((one) => one.client === client)
    }
    const isShared = Buffer.isBuffer(payload) && readers.has(payload)
    return !isShared && inAll + length > limits.inAll ? connections.all() : undefined
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    const connection = connections.of(request.raw.socket)
    if (connection === undefined || !(Buffer.isBuffer(payload) || typeof payload === 'string')) {
      done(null, payload) // a stream waits for its reader by itself
      return
    }
    connection.client = addressOf(request)
    while (payload.length > ALWAYS_SENT) {
      const crowded = crowd(connection.client, payload)
      if (crowded === undefined) break
      const stalled = mostStalled(crowded)
      if (stalled === undefined) {
        done(new ProblemError('unavailable', 'Too many answers wait for their readers; ask again, or for less.'))
        return
      }
      stalled.socket.destroy()
      heldBy(stalled).forEach((giveBack) => giveBack())
    }
    reply.raw.prependOnceListener('close', hold(connection, payload)) // before the next of its connection begins
    done(null, payload)
  })
}

/** Lowers a count, and returns what is left. */
function takeOff<K> (counts: Map<K, number>, key: K, count: number): number {
  const left = (counts.get(key) ?? 0) - count
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
  return left
}

/** Who has the most answers waiting of those who read nothing, and of these who has the largest. */
function mostStalled (connections: Iterable<Connection>): Connection | undefined {
  let worst: Connection | undefined
  for (const one of connections) {
    if (one.socket.destroyed || !one.isStalled) continue
    const more = one.begun.size - (worst?.begun.size ?? 0)
    if (more > 0 || (more === 0 && one.unsent > (worst?.unsent ?? 0))) worst = one
  }
  return worst
}
