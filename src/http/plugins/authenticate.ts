import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Token } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { expiresSoon } from '../../catalogue/token-expiry.ts'
import type { TokenUse } from '../../catalogue/token-use.ts'
import type { Principal } from '../../catalogue/principal.ts'
import { SANDBOX } from '../../catalogue/sandbox.ts'

interface Options {
  catalogue: Catalogue
  operatorToken: string | undefined
  /** A secret that reads `/metrics`, and nothing else. */
  metricsToken?: string | undefined
  clock: () => number
  tokenUse: TokenUse
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route answers even where the catalogue could not be compared with the database for a while. */
    unconfirmed?: boolean
  }
  interface FastifyInstance {
    /** The principal of a request, or undefined where it has no valid token. */
    identify: (request: FastifyRequest) => Principal | undefined
    /** Which token came with a request, if it is valid and not one of a data set. */
    tokenOf: (request: FastifyRequest) => string | undefined
    /** Notes that a token was used now, for routes that check their tokens themselves. */
    noteTokenUse: (request: FastifyRequest, token: Token) => void
  }
  interface FastifyRequest {
    /** When the token that came with it expires, if that is soon: the answer says so. */
    tokenExpires: Date | null
  }
}

export function registerAuthentication (
  app: FastifyInstance, { catalogue, operatorToken, metricsToken, clock, tokenUse }: Options
): void {
  for (const name of ['dataSet', 'dataSetToken'] as const) app.decorateRequest(name, null)
  const [operatorHash, metricsHash] = [operatorToken, metricsToken].map((secret) =>
    secret === undefined ? undefined : sha256(secret)
  )
  // Tokens are revoked and figures embargoed elsewhere too: answer nobody by a catalogue that may be out of date.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.unconfirmed === true || catalogue.isConfirmed()) done()
    else catalogue.confirm().then(() => done(), done)
  })
  app.decorateRequest('tokenExpires', null)
  app.decorate('noteTokenUse', (request, token) => {
    const now = clock()
    tokenUse.note(token.id, now)
    if (expiresSoon(token, now)) request.tokenExpires = token.expires_at
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.tokenExpires !== null) void reply.header('token-expires', request.tokenExpires.toISOString())
    done(null, payload)
  })
  const tokenIn = ({ headers }: FastifyRequest): Token | 'operator' | 'monitor' | undefined => {
    if (headers.authorization === undefined) return undefined
    const secret = /^Bearer +([\x21-\x7E]+)$/i.exec(headers.authorization)?.[1]
    if (secret === undefined) return undefined
    // Compare and look up the hash: how long that takes reveals only SHA-256 values, which nobody can choose.
    const digest = sha256(secret)
    if (digest === operatorHash) return 'operator'
    if (digest === metricsHash) return 'monitor'
    const token = catalogue.directory.tokenByHash.get(digest)
    return token?.expires_at != null && token.expires_at.getTime() <= clock() ? undefined : token
  }
  app.decorate('tokenOf', (request) => {
    const token = tokenIn(request)
    return typeof token === 'object' ? token.id : token
  })
  app.decorate('identify', (request) => {
    const token = tokenIn(request)
    if (token === 'operator' || token === 'monitor') return { kind: token, tokenId: null }
    if (token === undefined) return undefined
    const principal = principalWith(token, catalogue)
    if (principal !== undefined) app.noteTokenUse(request, token)
    return principal
  })
}

function principalWith (token: Token, catalogue: Catalogue): Principal | undefined {
  const { id: tokenId, authorities, scopes } = token
  switch (token.role) {
    case 'operator': return { kind: 'operator', tokenId }
    case 'administrator': return { kind: 'administrator', tokenId, authorities }
    case 'reader': return { kind: 'reader', tokenId, authorities, scopes }
    case 'source': {
      const [id, sandbox] = [token.source_id ?? 0, scopes.includes(SANDBOX)]
      const source = sandbox ? catalogue.sandbox.sourceById.get(-id) : catalogue.directory.sourceById.get(id)
      return source?.removed_at === null ? { kind: 'source', tokenId, source, scopes, sandbox } : undefined
    }
    case 'data-set': return undefined // the old dialect looks for them itself
  }
}

// One call, because every request pays for it: it costs a fifth of a Hash object.
function sha256 (text: string): string {
  return hash('sha256', text, 'hex')
}
