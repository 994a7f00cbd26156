/**
 * What CloudEvents 1.0.2 asks of an event in JSON, as far as somebody here could notice: attributes that nobody reads
 * are passed over, whatever they hold.
 */
const REQUIRED = ['source', 'type'] as const // and `id`, which an event needs here in any case

/** What keeps a value from being a CloudEvent, in words that repeat nothing of it; undefined: it is one. */
export function faultOf (row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'it is not a JSON object'
  const attributes = row as Record<string, unknown>
  const version = attributes['specversion']
  if (version !== '1.0') return `specversion is ${namedVersion(version)}; send CloudEvents 1.0, which say "1.0"`
  const lacking = REQUIRED.find((name) => typeof attributes[name] !== 'string' || attributes[name] === '')
  if (lacking !== undefined) return `${lacking} is missing or no text; every CloudEvent has one`
  for (const name in attributes) {
    if (!ATTRIBUTE.test(name)) return 'names of its attributes are lower-case letters and digits, 50 at most'
    const value = attributes[name]
    if (typeof value === 'string' && value.length > LONGEST) return `${name} has more than ${LONGEST} characters`
  }
  return undefined
}

const ATTRIBUTE = /^(?:[a-z0-9]{1,50}|data_base64)$/
/** Characters of an attribute: a row that is refused is kept for a while, and not for this. */
const LONGEST = 2048

function namedVersion (version: unknown): string {
  if (version === undefined || version === null) return 'missing'
  return typeof version === 'string' && /^[\d.]{1,10}$/.test(version) ? `"${version}"` : 'not "1.0"'
}

/** The same of its `data`, which holds the fields of an event of ours. */
export function dataFault (row: Record<string, unknown>): string | undefined {
  const { data, data_base64: encoded, datacontenttype: type } = row
  if (encoded != null) return 'data_base64 is not read; send data, as JSON'
  if (typeof type === 'string' && !JSON_TYPE.test(type)) return 'datacontenttype is not JSON; send data as JSON'
  return typeof data !== 'object' || data === null || Array.isArray(data)
    ? 'data must be an object with the fields of an event'
    : undefined
}

const JSON_TYPE = /^\s*[\w.+-]+\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

const PREFIX = 'ce-'

/**
 * The attributes of an event in binary mode, from the headers of its request; undefined: it is none. Values are read as
 * the HTTP binding says: quotation marks around them are taken off, and what is percent-encoded is decoded, once.
 */
export function attributesIn (headers: Record<string, unknown>): Record<string, string> | undefined {
  const names = Object.keys(headers).filter((name) => name.startsWith(PREFIX))
  if (!BINARY.some((name) => names.includes(PREFIX + name))) return undefined
  return Object.fromEntries(names.map((name) => [name.slice(PREFIX.length), decoded(String(headers[name]))]))
}

const BINARY = ['specversion', 'id', ...REQUIRED]

function decoded (value: string): string {
  const bare = /^"(.*)"$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value
  return bare.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded // not UTF-8: nobody knows what it was
    }
  })
}
