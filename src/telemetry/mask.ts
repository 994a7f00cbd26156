/** Names whose value is a secret, or may be one. */
const SECRET_NAME =
  '[\\w.-]*(?:token|secret|passw|pwd|credential|session|signature|jwt|authorization|api[_-]?key)[\\w.-]*' +
  '|(?:[\\w.-]*[_.-])?(?:key|auth|sig|pass)'
const NAMED = new RegExp(`(?<![\\w.-])((?:${SECRET_NAME})["']?\\s*[=:]\\s*["']?)[^&;,\\s"'}]+`, 'gi')
const VALUE_OF = new RegExp(`^(${SECRET_NAME})=`, 'i')
const SCHEMES = /\b(bearer|basic|digest)([\s+]+)[^\s&,;"']+/gi
const OURS = /lpp_[\w-]+/g
const WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g
const IN_ADDRESS = /\/\/[^\s/@]*:[^\s/@]*@/g
const RUN = /[A-Za-z0-9+/_=~-]{16,}/g
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Ids of tokens, and of spans. */
const ID = /^[0-9a-f]{16}$/
const HEXADECIMAL = /^[0-9a-f]{32,}$/i

/**
 * From so many changes between capital, small letter and digit on, a run of characters was drawn by lot: nobody writes
 * `k3Jx9qLm2Wz8pQ4t` by hand, and an id such as `SMBC-2014-000123` has no change within its parts.
 */
const DRAWN_CHANGES = 5

/**
 * A text for the log, without anything that has the shape of a secret: tokens of ours and of others, values with a
 * name that says so, user and password of an address, long runs of characters drawn by lot. Ids of events and tokens,
 * instants and UUIDs stay.
 */
export function maskSecrets (text: string): string {
  return text
    .replaceAll(OURS, 'lpp_…')
    .replaceAll(WEB_TOKEN, '…')
    .replaceAll(IN_ADDRESS, '//…@')
    .replaceAll(SCHEMES, '$1$2…')
    .replaceAll(NAMED, '$1…')
    .replaceAll(RUN, (run) => isDrawn(run) ? '…' : run)
}

function isDrawn (run: string): boolean {
  if (UUID.test(run) || ID.test(run)) return false
  const parts = run.split(/[/_-]/)
  return parts.some((part) => HEXADECIMAL.test(part)) ||
    parts.reduce((sum, part) => sum + changesIn(part), 0) >= DRAWN_CHANGES
}

function changesIn (part: string): number {
  let changes = 0
  for (let i = 1; i < part.length; i++) if (kindOf(part, i) !== kindOf(part, i - 1)) changes++
  return changes
}

const kindOf = (text: string, i: number): number => {
  const code = text.charCodeAt(i)
  return code < 0x3A ? 0 : code < 0x5B ? 1 : 2
}

/** More of an address than any line needs. */
const MOST_CHARACTERS = 500
const SHORT_WORDS = /^(?:\/[\w.-]{0,15})*$/

/** The address of a request as it is logged. What is escaped in it is looked at unescaped. */
export function maskAddress (url: string): string {
  if (url.length <= MOST_CHARACTERS && SHORT_WORDS.test(url) && !url.includes('lpp_')) return url // most
  const some = url.slice(0, 2 * MOST_CHARACTERS)
  const masked = some.split(/(?<=[/?&])/).map((part) => {
    const plain = unescaped(part)
    const [, name] = VALUE_OF.exec(plain) ?? []
    if (name !== undefined) return `${name}=…${part.endsWith('&') ? '&' : ''}`
    const safe = maskSecrets(plain)
    return safe === plain ? part : safe
  })
  return masked.join('').slice(0, MOST_CHARACTERS)
}

function unescaped (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
