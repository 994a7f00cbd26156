import pg from 'pg'

/** No connection to the database could be made, or the one there was has gone silent; `cause` says why. */
export class Unreachable extends Error {
  /** Of the cause: a SQLSTATE, or what the network said. */
  readonly code: string | undefined

  constructor (cause: Error) {
    super(reasonOf(cause), { cause })
    this.code = (cause as { code?: string }).code
  }
}

/**
 * SQLSTATE classes and codes of a database that cannot be used just now, whatever was asked of it: connections (08),
 * operator's interventions (57P), resources (53: disk, memory, connections), the system (58: I/O); what is cancelled
 * (57014) or waited for too long; read-only and standby servers (25006, 55000); a refused log-in (28), a database that
 * is not there (3D000), or whose tables are not, as while it is restored (42P01, 3F000); damaged pages (XX001, XX002).
 */
const UNAVAILABLE = /^(08|57P|53|58|28|25P03|25P04|25006|55000|55006|55P03|57014|3D000|3F000|42P01|XX001|XX002)/
const NETWORK = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_\w+|E(HOST|NET)(UNREACH|DOWN)|ENETRESET|EADDRNOTAVAIL|EPROTO|ESHUTDOWN)$/
// node-postgres gives these no code.
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout e|Client (has encountered|was closed)|Cannot use a pool after|Postgres connection has been discarded)/

export function isDatabaseUnavailable (error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof Unreachable) return true
  const { code } = error as { code?: unknown }
  // What is worth running again was run again, in vain: the next try may do better.
  if (error instanceof pg.DatabaseError) {
    return typeof code === 'string' && (UNAVAILABLE.test(code) || isWorthRetrying(error))
  }
  // A host with several addresses fails with the failure of each.
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  return NETWORK.test(String(code)) || CONNECTION_MESSAGES.test(error.message) || isDatabaseUnavailable(error.cause)
}

/**
 * Codes of a database that may be there in a moment: that starts, restarts, or has no connection free. 08P01 is
 * whatever PgBouncer says itself.
 */
const PASSING = /^(57P0[1-3]|53300|08000|08001|08003|08004|08006|08P01)$/

/** Whether waiting may mend it: not a wrong password, a database that is not there, or a certificate. */
export function isWorthWaitingFor (error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof pg.DatabaseError) return PASSING.test(error.code ?? '')
  if (error instanceof AggregateError) return error.errors.some(isWorthWaitingFor)
  const { code } = error as { code?: unknown }
  return NETWORK.test(String(code)) || CONNECTION_MESSAGES.test(error.message) || isWorthWaitingFor(error.cause)
}

/** Whether the database did not answer at all. */
export function isConnectionLost (error: unknown): boolean {
  return isDatabaseUnavailable(error) && !(error instanceof pg.DatabaseError)
}

/**
 * A deadlock, a serialisation failure, or a figure that came while another writer was withdrawing it, whose version
 * then has the next number too, or a receipt whose number was given before a restore: nothing was kept, and the same
 * transaction may well succeed if run again.
 */
export function isWorthRetrying (error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  const { code, constraint } = error
  return code === '40P01' || code === '40001' ||
    (code === '23505' && (constraint === 'observation_version_pkey' || constraint === 'receipt_pkey'))
}

/**
 * Two people changed the same thing at once, and what this one took for granted is not so any more: it exists, or what
 * it refers to does not.
 */
export function isCollision (error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(23505|23503|23P01)$/.test(error.code ?? '')
}

/** What went wrong, in a line for the log or for whoever runs the service: no statement, value, address or secret. */
export function reasonOf (error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { code?: string }
  const known = code === undefined ? undefined : WORDS[code]
  if (known !== undefined) return `${known} (${code ?? ''})`
  return error.message === '' ? code ?? error.name : error.message
}

/** In the words of whoever has to mend it. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at the address of the database',
  ECONNRESET: 'the database closed the connection',
  EPIPE: 'the database closed the connection',
  ETIMEDOUT: 'the database does not answer',
  EHOSTUNREACH: 'the host of the database cannot be reached',
  ENETUNREACH: 'the network of the database cannot be reached',
  ENOTFOUND: 'the name of the database host is not known',
  EAI_AGAIN: 'the name of the database host cannot be looked up just now',
  '28P01': 'the database refuses the password',
  28000: 'the database refuses the user',
  '3D000': 'the database does not exist',
  '3F000': 'the schema does not exist',
  '42P01': 'a table is missing: the database is being restored, or another version of the service made it',
  25006: 'the database is read-only',
  55000: 'the database does not take this in its present state',
  '57P01': 'the database is shutting down',
  '57P02': 'the database is restarting after a crash',
  '57P03': 'the database is starting up, or not taking connections',
  53100: 'the disk of the database is full',
  53200: 'the database is out of memory',
  53300: 'the database has no connection free',
  58030: 'the database cannot read or write its disk',
  XX001: 'the database has found damaged data',
  XX002: 'the database has found a damaged index',
  '55P03': 'another transaction holds a lock for too long',
  57014: 'a statement took too long',
  '25P03': 'a transaction stood still for too long'
}
