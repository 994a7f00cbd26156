import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { Session, Viewer } from '../../disclosure/session.ts'
import type { ReleasedReader } from '../../releases/reader.ts'
import type { Principal } from '../../catalogue/principal.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'

/** What every reading endpoint is given by the app. */
export interface Reading { pool: pg.Pool, released: ReleasedReader }

/** For whom to read, and with what. No token is needed; one that is sent and not valid gives the public answer. */
export function sessionOf ({ pool, released }: Reading, request: FastifyRequest): Session {
  return { pool, released, viewer: viewerOf(request.server.identify(request)) }
}

function viewerOf (principal: Principal | undefined): Viewer {
  switch (principal?.kind) {
    case undefined: return PUBLIC
    case 'operator': return { name: 'all', seesAll: () => true }
    case 'administrator': return viewerOfAll(principal.authorities)
    case 'reader': return principal.scopes.includes(UNSUPPRESSED) ? viewerOfAll(principal.authorities) : PUBLIC
    case 'source':
      return principal.scopes.includes(UNSUPPRESSED) ? viewerOfAll([principal.source.authority_id]) : PUBLIC
  }
}

function viewerOfAll (own: readonly number[]): Viewer {
  return { name: `all of ${[...own].sort().join(',')}`, seesAll: (authorityId) => own.includes(authorityId) }
}

const PUBLIC: Viewer = { name: 'public', seesAll: () => false }
