import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { ServerResponse } from 'node:http'
import { ProblemError } from '../../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered as ever while the service stops; every other address says 503 then. */
    whileStopping?: boolean
  }
  interface FastifyInstance {
    /** How many requests were not answered in time when the service stopped; undefined: it has not. */
    cutRequests: number | undefined
  }
}

const LOOK_MS = 50
/** A request may be on its way on an idle connection: so many looks find none before the last is closed. */
const QUIET_LOOKS = 2

/**
 * How the service stops, once the app is told to close: it takes no further connections; what is in progress has
 * `seconds` to be answered. Whoever sends on a connection that was kept is told 503 and to connect anew, so that a
 * balancer or a second try finds the successor. What is not answered then is cut, and counted.
 */
export function drainOnClose (app: FastifyInstance, seconds: number): void {
  const inProgress = new Set<ServerResponse>()
  let stopping = false
  app.decorate('cutRequests', undefined)

  app.addHook('onRequest', (_request, { raw }, done) => {
    inProgress.add(raw)
    raw.once('close', () => inProgress.delete(raw))
    done()
  })
  // After every hook that lets pages of any origin read the answer, before any body is read.
  app.addHook('preParsing', async (request) => {
    if (!stopping || request.routeOptions.config.whileStopping === true) return
    throw new ProblemError('unavailable', 'The service is stopping; connect anew and ask again.')
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) void reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('preClose', async () => {
    stopping = true
    if (!app.server.listening) return
    app.log.info({ requests: inProgress.size }, 'draining')
    app.server.close()
    const until = performance.now() + seconds * 1000
    for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < until;) {
      await wait(LOOK_MS)
      app.server.closeIdleConnections()
      quiet = inProgress.size === 0 ? quiet + 1 : 0
    }
    app.cutRequests = inProgress.size
    if (inProgress.size > 0) app.log.warn({ requests: inProgress.size }, 'stopped before these were answered')
    app.server.closeAllConnections()
  })
}
