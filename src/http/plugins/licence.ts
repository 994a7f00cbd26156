import type { FastifyInstance } from 'fastify'
import { LICENCE } from '../schemas/common.ts'

const LINK = `<${/https:\S+/.exec(LICENCE)?.[0] ?? ''}>; rel="license"`

/** Names the licence of every answer in CSV, which has no room for it: a `Link` header (RFC 8288). */
export function linkLicence (app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (String(reply.getHeader('content-type')).startsWith('text/csv')) {
      void reply.header('link', [reply.getHeader('link') ?? [], LINK].flat().join(', '))
    }
    done(null, payload)
  })
}
