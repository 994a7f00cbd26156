import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import pg from 'pg'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { isDatabaseUnavailable } from '../../postgres/failures.ts'
import type { Replica } from '../../postgres/replica.ts'
import type { Reading } from './session.ts'

/**
 * All that an answer is made of on the replica: its rows, and the states that it is kept under. They are of one server,
 * so that no answer of old rows is kept under the state of newer ones.
 */
export interface OnReplica { reading: Reading, answers: AnswerCache }

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether the replica may answer the public here. What such a route reads besides is the primary's: newer than the
     * replica's, never older. It is called a second time where the replica fails it.
     */
    onReplica?: boolean
  }
  interface FastifyRequest {
    /** Where it reads; null: from the primary. `ageMs`: how old that may be. */
    replica: OnReplica & { ageMs: number } | null
  }
}

interface Options extends OnReplica {
  replica: Replica
  catalogue: Catalogue
  clock: () => number
  /** Told of each request that the replica answers, or fails. */
  onRead: (outcome: 'answered' | 'failed') => void
}

const SECOND_MS = 1000

/**
 * Lets the replica answer the public where routes say so: whoever sends a token may have written what it asks for, and
 * reads from the primary. Such an answer says how old it may be, as one of a shared cache does (RFC 9111). `options`
 * undefined: there is no replica.
 */
export function readFromReplica (app: FastifyInstance, options: Options | undefined): void {
  app.decorateRequest('replica', null)
  if (options === undefined) return
  const { replica, catalogue, clock, onRead, ...onReplica } = options
  const { mostLagMs } = replica
  let seen: { directory: Directory, at: number } | undefined

  // Rows that are older than the catalogue might be shown by rules that were never in force with them: the replica has
  // to have all that was committed when this process first used this catalogue.
  const catalogueSince = (): number => {
    const { directory } = catalogue
    if (seen?.directory !== directory) seen = { directory, at: replica.stopwatch() }
    return seen.at
  }
  const choose = ({ headers, method }: FastifyRequest): FastifyRequest['replica'] => {
    const ageMs = replica.age(catalogueSince())
    const mayBeOld = ageMs !== undefined && headers.authorization === undefined && ageMs < oldestTaken(headers) &&
      ['GET', 'HEAD'].includes(method) && catalogue.directory.publication.until - clock() > mostLagMs
    return mayBeOld ? { ...onReplica, ageMs } : null
  }

  app.addHook('onRoute', (route) => {
    if (route.config?.onReplica !== true) return
    const { handler } = route
    const handle: RouteHandlerMethod = async function (request, reply) {
      request.replica = choose(request)
      try {
        const answer: unknown = await handler.call(this, request, reply)
        if (request.replica !== null) onRead('answered')
        return answer
      } catch (error) {
        if (request.replica === null || !isOfDatabase(error)) throw error
        replica.failed(error)
        onRead('failed')
        request.replica = null
        return await handler.call(this, request, reply)
      }
    }
    route.handler = handle
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.replica !== null && [200, 304].includes(reply.statusCode)) sayAge(reply, request.replica.ageMs)
    done(null, payload)
  })

  function sayAge (reply: FastifyReply, ageMs: number): void {
    const kept = reply.getHeader('age')
    // It was as old as allowed, at most, when it was made.
    if (kept === undefined) void reply.header('age', secondsOf(ageMs))
    else void reply.header('age', String(Number(kept) + mostLagMs / SECOND_MS))
    if (reply.getHeader('cache-control') !== 'no-cache') return
    void reply.header('cache-control', `max-age=${mostLagMs / SECOND_MS}, must-revalidate`)
  }
}

const secondsOf = (ms: number): string => String(Math.ceil(ms / SECOND_MS))

/** Says of an answer for how long it has been kept, whatever was committed meanwhile. */
export const sayKept = (reply: FastifyReply, ms: number): FastifyReply => reply.header('age', secondsOf(ms))

// Whatever the replica says no to, the primary may know better: a table, say, that is on its way.
const isOfDatabase = (error: unknown): boolean => error instanceof pg.DatabaseError || isDatabaseUnavailable(error)

/** How old an answer its client takes, in ms. */
function oldestTaken ({ 'cache-control': asked = '' }: FastifyRequest['headers']): number {
  if (/\bno-(cache|store)\b/i.test(asked)) return 0
  const [, seconds] = /\bmax-age=(\d+)/i.exec(asked) ?? []
  return seconds === undefined ? Infinity : Number(seconds) * SECOND_MS
}
