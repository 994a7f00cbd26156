import type { FastifyRequest } from 'fastify'
import type { RequestPool } from '../../postgres/scoped.ts'
import type { Session, Viewer } from '../../disclosure/session.ts'
import type { ReleasedReader } from '../../releases/reader.ts'
import type { Principal } from '../../catalogue/principal.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'
/** The scope of a reader that shows drafts and embargoed figures of its authorities. */
const UNPUBLISHED = 'unpublished'

/** What every reading endpoint is given by the app. */
export interface Reading { pool: RequestPool, released: ReleasedReader }

/**
 * For whom to read, and with what: from the replica, if it answers. No token is needed; one that is sent and not valid
 * gives the public answer.
 */
export function sessionOf (reading: Reading, request: FastifyRequest): Session {
  const { pool, released } = request.replica?.reading ?? reading
  return { pool, released, viewer: viewerOf(request.server.identify(request)) }
}

/** Somebody as a viewer; undefined: whoever has no valid token. */
export function viewerOf (principal: Principal | undefined): Viewer {
  switch (principal?.kind) {
    case undefined:
    case 'monitor': return PUBLIC
    case 'operator': return { name: 'all', seesAll: () => true, isAmong: () => true }
    case 'administrator': return councilViewer({ unsuppressed: principal.authorities, drafts: principal.authorities })
    case 'reader': {
      const { scopes, authorities } = principal
      return councilViewer({
        unsuppressed: scopes.includes(UNSUPPRESSED) ? authorities : [],
        drafts: scopes.includes(UNPUBLISHED) ? authorities : []
      })
    }
    case 'source': {
      const { scopes, sandbox, source: { authority_id: own, provider_for: others, services } } = principal
      // Nobody but the source has sent what it finds there, and no release is made of it.
      if (sandbox) return councilViewer({ unsuppressed: [own, ...others], drafts: [own, ...others], services })
      return councilViewer({ unsuppressed: scopes.includes(UNSUPPRESSED) ? [own] : [], drafts: [own], services })
    }
  }
}

/** Somebody of a council. `services`: the drafts are those of these services alone. */
function councilViewer (
  { unsuppressed, drafts, services }: {
    unsuppressed: readonly number[], drafts: readonly number[], services?: readonly number[]
  }
): Viewer {
  const named = (ids: readonly number[]): string => [...ids].sort((a, b) => a - b).join(',')
  return {
    name: `councils; all of ${named(unsuppressed)}; drafts of ${named(drafts)}${services ? `/${named(services)}` : ''}`,
    seesAll: (authorityId) => unsuppressed.includes(authorityId),
    isAmong: (audience, authorityId, serviceId) =>
      audience !== 'authority' ||
      (authorityId !== null && drafts.includes(authorityId) &&
        (services === undefined || (serviceId !== null && services.includes(serviceId))))
  }
}

const PUBLIC: Viewer = {
  name: 'public', seesAll: () => false, isAmong: (audience) => audience === 'public'
}
