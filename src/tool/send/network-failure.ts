interface Coded { code?: string, name?: string, message?: string, cause?: unknown }

/** TLS says so: another try would say the same. */
const DISTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_ISSUER_CERT', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID'
])
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up just now',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'it does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it does not answer in time'
}

/** The error beneath those that wrap it; of several addresses that were tried the first. */
function beneath (error: unknown): Coded {
  if (error instanceof AggregateError && error.errors.length > 0) return beneath(error.errors[0])
  const { cause } = error as Coded
  return typeof cause === 'object' && cause !== null ? beneath(cause) : error as Coded
}

/** Whether a further try makes no sense. */
export const isHopeless = (error: unknown): boolean => DISTRUSTED.has(beneath(error).code ?? '')

/** Why nothing, or no whole answer, came from the address. */
export function whyUnreachable (error: unknown, url: string): string {
  const { code = '', name, message = '' } = beneath(error)
  if (DISTRUSTED.has(code)) {
    return `The certificate of ${url} is not trusted here (${code}); if an authority of your own signed it, ` +
      'give its certificate with --ca-file or NODE_EXTRA_CA_CERTS.'
  }
  const reason = name === 'TimeoutError'
    ? REASONS['ETIMEDOUT']
    : error instanceof SyntaxError ? 'its answer was cut short, or is none of this service' : REASONS[code]
  return `${url} cannot be reached: ${reason ?? (code || message)}`
}
