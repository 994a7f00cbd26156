import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'

/**
 * Who asks, for whatever is shared out fairly between clients: the valid token that came with the request, else its
 * address. An IPv6 address counts with its whole /64, which one client has to itself.
 */
export function clientOf (request: FastifyRequest): string {
  const principal = request.principal ?? request.server.identify(request)
  if (principal !== undefined) return `token ${principal.tokenId ?? 'operator'}`
  return addressOf(request)
}

/** The address that a request came from, as far as proxies are trusted (`TRUST_PROXY`). */
export function addressOf ({ ip }: FastifyRequest): string {
  return `address ${isIPv6(ip) && !ip.includes('.') ? networkOf(ip) : ip.replace(/^::ffff:/i, '')}`
}

function networkOf (ip: string): string {
  const [head = '', tail] = (ip.split('%')[0] ?? '').toLowerCase().split('::')
  const [first, last] = [head, tail ?? ''].map((part) => part === '' ? [] : part.split(':')) as [string[], string[]]
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].slice(0, 4).join(':') + '::/64'
}
