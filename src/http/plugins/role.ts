import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../errors.ts'
import { isOfDialect } from './permission.ts'

/** What a process serves: everything, what senders send and ask about it, or all the rest. */
export type Role = 'all' | 'ingest' | 'read'

/** Probes, the contract and the pages of errors: whoever runs a process or builds against it needs them of it. */
const EVERYWHERE = /^\/(?:livez|readyz|metrics|openapi\.(?:json|yaml)|docs(?:\/.*)?|v1\/errors(?:\/.*)?)$/

/**
 * Refuses what another process of the same database is there for. Not as 404: nothing is wrong with the address, and
 * no sender is to think that there is no place for its data. Before `registerPermissions`.
 */
export function serveRole (app: FastifyInstance, role: Role): void {
  if (role === 'all') return
  app.addHook('onRequest', (request, _reply, done) => {
    const { url = '', config: { permission } } = request.routeOptions
    // A browser asks with OPTIONS whether it may ask; an address that nobody serves is not found.
    const isOfBoth = permission === 'source-or-administrator'
    if (request.is404 || request.method === 'OPTIONS' || isOfBoth || EVERYWHERE.test(url)) {
      done()
      return
    }
    const ofSenders = permission === 'source' || isOfDialect(permission)
    done(ofSenders === (role === 'ingest') ? undefined : new ProblemError('misdirected', WHY[role]))
  })
}

const WHY = {
  ingest: 'This process takes what sources and data sets send, and no more (ROLE=ingest); another one serves the rest.',
  read: 'This process takes nothing from sources and data sets (ROLE=read); another one does. Nothing was stored.'
}
