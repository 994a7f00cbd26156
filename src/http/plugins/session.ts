import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { Session, Viewer } from '../../disclosure/session.ts'
import type { ReleasedReader } from '../../releases/reader.ts'
import type { Principal } from './authenticate.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'

/** What every reading endpoint is given by the app. */
export interface Reading { pool: pg.Pool, released: ReleasedReader }

/** For whom to read, and with what. No token is needed; one that is sent and not valid gives the public answer. */
export function sessionOf ({ pool, released }: Reading, request: FastifyRequest): Session {
  return { pool, released, viewer: viewerOf(request.server.identify(request)) }
}

function viewerOf (principal: Principal | undefined): Viewer {
  if (principal?.kind === 'operator') return { name: 'all', seesAll: () => true }
  if (principal?.scopes.includes(UNSUPPRESSED) !== true) return PUBLIC
  const own = principal.source.authority_id
  return { name: `all of ${own}`, seesAll: (authorityId) => authorityId === own }
}

const PUBLIC: Viewer = { name: 'public', seesAll: () => false }
