import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProblemError } from '../../errors.ts'

/** A name or address, with or without a port: nothing that would break out of a URI. */
const HOST = /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/** Where clients reach the service. Settings of the process: what is kept of one answer holds for every other. */
export interface Reached {
  /** The path before every address of the service, such as `/performance`; empty where it has a name of its own. */
  basePath: string
  /** The whole of it, without a slash behind it; undefined: where each request reached it. */
  publicUrl: string | undefined
}

declare module 'fastify' {
  interface FastifyInstance { reached: Reached }
}

/** Before any route. */
export function nameAddresses (app: FastifyInstance, reached: Reached): void {
  app.decorate('reached', reached)
}

/** The address as routes know it: some proxies take the base off, others pass it on. */
export function withoutBase (url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}

type Asked = Pick<FastifyRequest, 'server'>

/** Makes addresses for an answer of paths of this service, which begin with `/`. */
export const linkTo = ({ server }: Asked) => (path: string): string => `${server.reached.basePath}${path}`

/** The address of a request, as its client knows it. */
export const selfOf = (request: Asked & Pick<FastifyRequest, 'url'>): string => linkTo(request)(request.url)

/** A row with the links that it has, if any, as clients reach them. */
export function withLinks<Row extends object> ({ server }: Asked, row: Row): Row {
  const { links } = row as { links?: Record<string, string> }
  return links === undefined ? row : { ...row, links: linksFrom(server.reached.basePath, links) }
}

function linksFrom (basePath: string, links: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(links).map(([name, path]) => [name, `${basePath}${path}`]))
}

/** The body of a message to a webhook, which names paths while it waits. */
export function messageFrom ({ basePath }: Reached, body: string): string {
  if (basePath === '') return body
  const message = JSON.parse(body) as { data: { links?: Record<string, string> } }
  const { links } = message.data
  if (links === undefined) return body
  return JSON.stringify({ ...message, data: { ...message.data, links: linksFrom(basePath, links) } })
}

/**
 * Where clients reach this service, without a slash behind it: as it is set (`PUBLIC_URL`), else as the request says;
 * of a proxy that is trusted, as that says. Throws `ProblemError` for a Host header that is none.
 */
export function baseAddressOf (request: FastifyRequest): string {
  const { protocol, host, server: { reached: { publicUrl, basePath } } } = request
  if (publicUrl !== undefined) return publicUrl
  if (!HOST.test(host)) throw new ProblemError('invalid-request', 'The Host header names no host.')
  return `${protocol}://${host.toLowerCase()}${basePath}`
}
