/** An answer as a crawler sees it. */
export interface Seen { type: string, headers: Headers, body: string }

/**
 * Every address in an answer that may be one of ours: what begins with `/` or with an origin in JSON, in angle brackets
 * in Turtle and in Link headers, in `href` and `src` of pages and images. Those of others are for the reader to leave
 * out.
 */
export function addressesIn ({ type, headers, body }: Seen): string[] {
  const links = [...(headers.get('link') ?? '').matchAll(/<([^>]*)>/g)].map(([, address = '']) => address)
  const location = [headers.get('location') ?? []].flat()
  return [...new Set([...links, ...location, ...inBody(type, body)])]
}

function inBody (type: string, body: string): string[] {
  if (/json|csvm/.test(type)) return body === '' ? [] : inJson(JSON.parse(body))
  if (type.startsWith('text/turtle')) {
    return [...body.matchAll(/<((?:https?:|\/)[^<>"\s]*)>/g)].map(([, address = '']) => address)
  }
  if (/html|svg/.test(type)) {
    return [...body.matchAll(/\b(?:href|src|action)="([^"#][^"]*)"/g)]
      .map(([, address = '']) => address.replaceAll('&amp;', '&')).filter((address) => !address.startsWith('data:'))
  }
  return []
}

// A pointer begins with a slash too, and leads into what was sent.
const NO_ADDRESSES = new Set(['pointer', 'instancePath', 'path'])

function inJson (value: unknown, name = ''): string[] {
  if (typeof value === 'string') return /^(https?:\/|\/[^/\s])/.test(value) && !NO_ADDRESSES.has(name) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  if ('openapi' in value && 'servers' in value) return [] // its examples are those of any service
  return Object.entries(value).flatMap(([key, one]) => inJson(one, key))
}
