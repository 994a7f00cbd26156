import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authority, Source } from '../../catalogue/directory.ts'
import { isUnknown } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { governs, type Principal } from '../../catalogue/principal.ts'
import { findSource, governorsOfSource } from '../../catalogue/sources.ts'
import { ProblemError } from '../../errors.ts'

/**
 * Who may call a route; every route declares it in `config.permission`.
 * - `public`: everybody, with or without a token.
 * - `source`: a council system, which writes and reads what it sends itself.
 * - `source-or-administrator`: a council system, of what is its own, and whoever governs it: the handler finds out
 *   whose it is (`sourceAsked`).
 * - `administrator`: the operator, and administrators: of whom `config.governed` names, of the authority in the address
 *   where it has `:authority`, else of what the handler finds to be theirs (`requireGoverning`).
 * - `operator`: the operator alone.
 * - `monitor`: the operator, and whoever has the secret of `METRICS_TOKEN`.
 * - `data-set`: whoever has a token of the data set; the old dialect asks for it in its own words.
 * - `data-set-operator`: the operator alone; the old dialect asks for its token in its own words.
 */
export const PERMISSIONS = [
  'public', 'source', 'source-or-administrator', 'administrator', 'operator', 'monitor', 'data-set', 'data-set-operator'
] as const
export type Permission = typeof PERMISSIONS[number]

/** Whether the old dialect asks for the token, in its own words. */
export const isOfDialect = (permission: Permission | undefined): boolean => permission?.startsWith('data-set') === true

export type Governors = readonly number[] | undefined

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: Permission
    /**
     * Whose administrators may call a route for administrators, by ids of authorities: nobody's but the operator where
     * there is none. Undefined where the handler has to find out.
     */
    governed?: (request: FastifyRequest) => Governors | Promise<Governors>
  }
  interface FastifyInstance {
    /** Every route that the app has registered since permissions were, with who may call it. */
    permissions: Array<{ method: string, url: string, permission: Permission }>
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

/** Refuses to start with a route that does not say who may call it; asks it of the others before a body is read. */
export function registerPermissions (app: FastifyInstance, catalogue: Catalogue): void {
  app.decorateRequest('principal', null)
  app.decorate('permissions', [])
  app.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS') return // a browser's question before a request; it carries no token
    const permission = route.config?.permission
    if (permission === undefined) throw new TypeError(`${String(route.method)} ${route.url} declares no permission`)
    for (const method of [route.method].flat()) app.permissions.push({ method, url: route.url, permission })
    if (permission === 'public' || isOfDialect(permission)) return
    const authorise = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      if (app.identify(request) === undefined) await app.countFailure(request, reply)
      await allow(catalogue, permission, request)
    }
    route.onRequest = [...[route.onRequest ?? []].flat(), authorise]
  })
}

async function allow (catalogue: Catalogue, permission: Permission, request: FastifyRequest): Promise<void> {
  const principal = authenticated(request)
  request.principal = principal
  if (permission === 'source') {
    if (principal.kind === 'source') return
    throw new ProblemError(
      'forbidden', 'Events belong to a source: use a token from POST /v1/sources/{authority}/{name}/tokens.'
    )
  }
  if (principal.kind === 'operator') return
  if (permission === 'source-or-administrator') {
    if (principal.kind === 'source' || principal.kind === 'administrator') return
    throw new ProblemError(
      'forbidden', 'Only the source, administrators of its authority and the operator may do this.'
    )
  }
  if (permission === 'monitor' && principal.kind === 'monitor') return
  if (permission !== 'administrator') throw new ProblemError('forbidden', 'Only the operator may do this.')
  if (principal.kind !== 'administrator') {
    throw new ProblemError('forbidden', 'Only the operator and administrators of the authority may do this.')
  }
  const { governed = governorsOf(catalogue) } = request.routeOptions.config
  const governors = await governed(request)
  if (governors === undefined || governors.some((id) => governs(principal, id))) return
  const [first] = governors.flatMap((id) => catalogue.directory.authorityById.get(id) ?? [])
  if (first === undefined) throw new ProblemError('forbidden', 'Only the operator may do this.')
  requireGoverning(request, first)
}

const governorsOf = ({ directory }: Catalogue) => ({ params }: FastifyRequest): Governors => {
  const { authority: name } = params as { authority?: string }
  const found = name === undefined ? undefined : directory.authority(name)
  return found === undefined || isUnknown(found) ? undefined : [found.id]
}

/** Throws `ProblemError` (forbidden) unless whoever sends the request governs the authority. */
export function requireGoverning (request: FastifyRequest, authority: Authority): void {
  if (!governs(principalOf(request), authority.id)) {
    throw new ProblemError('forbidden', `Only the operator and administrators of ${authority.slug} may do this.`)
  }
}

/** Who sends a request that needs a token. */
export function principalOf ({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new TypeError('this route is public')
  return principal
}

/** The source of a request to a route with the permission `source`. */
export function sourceOf (request: FastifyRequest): Source {
  const principal = principalOf(request)
  if (principal.kind !== 'source') throw new TypeError('this route is not of sources')
  return principal.source
}

/**
 * The source that a request is about: the token's own, or the one that is named, of somebody who governs it. Throws
 * `ProblemError`.
 */
export function sourceAsked (
  { directory }: Catalogue, request: FastifyRequest, named: { authority: string, name: string } | undefined
): Source {
  const principal = principalOf(request)
  const own = principal.kind === 'source' ? principal.source : undefined
  if (named === undefined) {
    if (own !== undefined) return own
    throw new ProblemError('invalid-request', 'Say whose they are: source=authority/name.')
  }
  const governors = own === undefined ? governorsOfSource(directory, named.authority, named.name) : undefined
  if (governors !== undefined && !governors.some((id) => governs(principal, id))) {
    const authority = directory.authorityById.get(governors[0] ?? 0)
    throw new ProblemError(
      'forbidden', `Only the operator and administrators of ${authority?.slug ?? named.authority} may do this.`
    )
  }
  if (own === undefined) return findSource(directory, named.authority, named.name)
  const isOwn = own.name === named.name && [own.authority.slug, own.authority.gss].includes(named.authority)
  if (isOwn) return own
  throw new ProblemError('forbidden', 'A source reads what it sent itself, and nothing else.')
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
