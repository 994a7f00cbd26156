import type { FastifyRequest } from 'fastify'
import type { Principal } from './authenticate.ts'

/** The token scope that lifts disclosure control for the token's own authority. */
export const UNSUPPRESSED = 'unsuppressed'

/**
 * For every reading door: whether whoever asks may see the suppressed figures of an authority. Readers need no token;
 * one that is sent and not valid gives the public answer.
 */
export function seesAllOf (request: FastifyRequest): (authorityId: number) => boolean {
  const principal: Principal | undefined = request.server.identify(request)
  if (principal === undefined) return () => false
  if (principal.kind === 'operator') return () => true
  return (authorityId) => principal.scopes.includes(UNSUPPRESSED) && principal.source.authority_id === authorityId
}
