import Negotiator from 'negotiator'

const PARAMETER = /;\s*([^\s=;,"]*)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*))?/g
const QUALITY = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/

/**
 * Which of some media types an Accept header likes best; of those it likes alike the one that it names first, else the
 * first that there is. Undefined where none fits. Parameters tell no representation of ours from another, so they are
 * passed over (RFC 9110, section 12.5.1 lets a server); without a header everything fits.
 */
export function typeAccepted (accept: string | undefined, types: readonly string[]): string | undefined {
  const header = (accept ?? '').replace(PARAMETER, (_, name: string, value: string | undefined) =>
    name.toLowerCase() === 'q' && QUALITY.test(value ?? '') ? `;q=${value ?? ''}` : '').trim()
  return new Negotiator({ headers: { accept: header === '' ? '*/*' : header } }).mediaType([...types])
}
