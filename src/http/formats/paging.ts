import type { FastifyReply } from 'fastify'

/** Rows of a list as CSV, unless the request says how many: nearly every list fits whole. */
export const MOST_OF_CSV = 20_000

/** An address with a parameter set, or without it. */
export function withParameter (url: string, name: string, value: string | undefined): string {
  const [path = '', search] = url.split('?')
  const parameters = new URLSearchParams(search)
  if (value === undefined) parameters.delete(name)
  else parameters.set(name, value)
  const safe = path.replaceAll(/[^!-~]|[<>"]/g, escaped)
  return parameters.size === 0 ? safe : `${safe}?${parameters.toString()}`
}

// Of what Node has read of an address each character is a byte; in a header some would have a meaning.
const escaped = (byte: string): string => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** Adds links to the header that has them (RFC 8288). */
export function addLinks (reply: FastifyReply, ...links: string[]): void {
  void reply.header('link', [reply.getHeader('link') ?? [], ...links].flat().join(', '))
}

/** Names the first page of a list and the next one. `cursor`: the parameter that says where a page begins. */
export function linkPages (reply: FastifyReply, url: string, cursor: string, next: string | undefined): void {
  addLinks(reply, `<${withParameter(url, cursor, undefined)}>; rel="first"`)
  if (next !== undefined) addLinks(reply, `<${next}>; rel="next"`)
}
