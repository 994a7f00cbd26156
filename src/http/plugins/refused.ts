import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isUnknown } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { actorOf, type Principal } from '../../catalogue/principal.ts'
import type { Refusal, Refusals } from '../../catalogue/refusals.ts'
import { toStorable } from '../../json/storable.ts'
import { maskAddress } from '../../telemetry/mask.ts'

/**
 * Notes refused attempts for the audit trail: a known token where it may not be (403), and none or a wrong one where
 * one is needed (401). Never a secret, nor anything of an address that somebody without a token made up.
 */
export function noteRefusals (app: FastifyInstance, catalogue: Catalogue, refusals: Refusals): void {
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 403) {
      const principal = request.principal ?? app.identify(request)
      if (principal !== undefined) refusals.note(ofToken(catalogue, request, principal))
    } else if (reply.statusCode === 401 && (request.routeOptions.config.permission ?? 'public') !== 'public') {
      refusals.note(withoutToken(catalogue, request))
    }
  })
  app.addHook('onClose', async () => await refusals.close())
}

function ofToken (catalogue: Catalogue, request: FastifyRequest, principal: Principal): Refusal {
  const path = maskAddress(request.url.split('?')[0] ?? '').slice(0, 300)
  return {
    actor: actorOf(principal),
    subject: toStorable(`${request.method} ${path}`),
    detail: { status: 403 },
    authorityId: authorityIn(catalogue, request) ?? authorityOf(principal)
  }
}

function withoutToken (catalogue: Catalogue, request: FastifyRequest): Refusal {
  return {
    actor: 'nobody',
    subject: `${request.method} ${request.routeOptions.url ?? ''}`,
    detail: { status: 401, token: request.headers.authorization === undefined ? 'none' : 'not valid' },
    authorityId: authorityIn(catalogue, request)
  }
}

function authorityIn ({ directory }: Catalogue, { params }: FastifyRequest): number | null {
  const { authority: name } = params as { authority?: unknown }
  const found = typeof name === 'string' ? directory.authority(name) : undefined
  return found === undefined || isUnknown(found) ? null : found.id
}

function authorityOf (principal: Principal): number | null {
  switch (principal.kind) {
    case 'operator':
    case 'monitor': return null
    case 'source': return principal.source.authority_id
    default: return principal.authorities[0] ?? null
  }
}
