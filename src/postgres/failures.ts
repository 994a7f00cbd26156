import pg from 'pg'

/** SQLSTATE classes and codes of a database that cannot be used just now, whatever was asked of it. */
const UNAVAILABLE = /^(08|57P|53|25P03|55P03|57014)/
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])
// node-postgres gives these no code.
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after)/

export function isDatabaseUnavailable (error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (error instanceof pg.DatabaseError) return typeof code === 'string' && UNAVAILABLE.test(code)
  return NETWORK.has(String(code)) || CONNECTION_MESSAGES.test(error.message)
}

/** Whether the database did not answer at all. */
export function isConnectionLost (error: unknown): boolean {
  return isDatabaseUnavailable(error) && !(error instanceof pg.DatabaseError)
}

/**
 * A deadlock, a serialisation failure, or a figure that came while another writer was withdrawing it, whose version
 * then has the next number too: nothing was kept, and the same transaction may well succeed if run again.
 */
export function isWorthRetrying (error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  return error.code === '40P01' || error.code === '40001' ||
    (error.code === '23505' && error.table === 'observation_version')
}
