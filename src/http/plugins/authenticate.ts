import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Source } from '../../catalogue/directory.ts'
import type { TokenUse } from '../../catalogue/token-use.ts'
import { ProblemError } from '../../errors.ts'

/** Who sends a request, as its bearer token proves. */
export type Principal = { kind: 'operator' } | { kind: 'source', source: Source, scopes: string[] }

interface Options {
  catalogue: Catalogue
  operatorToken: string | undefined
  clock: () => number
  tokenUse: TokenUse
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The principal of a request, or undefined where it has no valid token. */
    identify: (request: FastifyRequest) => Principal | undefined
    /** Notes that a token was used now, for routes that check their tokens themselves. */
    noteTokenUse: (tokenId: string) => void
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

export function registerAuthentication (
  app: FastifyInstance, { catalogue, operatorToken, clock, tokenUse }: Options
): void {
  const operatorHash = operatorToken === undefined ? undefined : sha256(operatorToken)
  app.decorateRequest('principal', null)
  app.decorate('noteTokenUse', (tokenId) => {
    tokenUse.note(tokenId, clock())
  })
  app.decorate('identify', (request) => {
    const secret = /^Bearer +([\x21-\x7E]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (secret === undefined) return undefined
    // Compare and look up the hash: how long that takes reveals only SHA-256 values, which nobody can choose.
    const digest = sha256(secret)
    if (digest === operatorHash) return { kind: 'operator' }
    const { directory } = catalogue
    const token = directory.tokenByHash.get(digest)
    const now = clock()
    if (token === undefined) return undefined
    if (token.expires_at !== null && token.expires_at.getTime() <= now) return undefined
    const source = directory.sourceById.get(token.source_id ?? 0)
    if (source === undefined) return undefined
    tokenUse.note(token.id, now)
    return { kind: 'source', source, scopes: token.scopes }
  })
}

/** For routes of the operator alone; runs before the body is read. */
export async function requireOperator (request: FastifyRequest): Promise<void> {
  const principal = authenticated(request)
  if (principal.kind !== 'operator') throw new ProblemError('forbidden', 'Only the operator token may do this.')
  request.principal = principal
}

/** For routes of council systems; runs before the body is read. */
export async function requireSource (request: FastifyRequest): Promise<void> {
  const principal = authenticated(request)
  if (principal.kind !== 'source') {
    throw new ProblemError(
      'forbidden', 'Events belong to a source: use a token from POST /v1/sources/{authority}/{name}/tokens.'
    )
  }
  request.principal = principal
}

/** The source of a request that `requireSource` let through. */
export function sourceOf (request: FastifyRequest): Source {
  if (request.principal?.kind !== 'source') throw new TypeError('this route lacks requireSource')
  return request.principal.source
}

function authenticated (request: FastifyRequest): Principal {
  const principal = request.server.identify(request)
  if (principal === undefined) {
    throw new ProblemError(
      'unauthenticated',
      request.headers.authorization === undefined
        ? 'No token came with the request. Send `Authorization: Bearer <token>`.'
        : 'The token is not known here, has expired or was revoked.'
    )
  }
  return principal
}

// One call, because every request pays for it: it costs a fifth of a Hash object.
function sha256 (text: string): string {
  return hash('sha256', text, 'hex')
}

/** For routes of the operator and of council systems alike; runs before the body is read. */
export async function requireWriter (request: FastifyRequest): Promise<void> {
  request.principal = authenticated(request)
}

/** The source of a request that `requireWriter` let through; null for the operator. */
export function writerOf (request: FastifyRequest): Source | null {
  return request.principal?.kind === 'operator' ? null : sourceOf(request)
}
