import { stdSerializers } from 'pino'

/** What pino says of an error: no field that a library hung on it, such as a connection with its password. */
interface Logged { type: string, message: string, stack: string, code?: string, constraint?: string }

/**
 * How errors are logged: what went wrong and where. Everything else that an error carries stays out of the log: the
 * client of Postgres hangs itself on its errors, and Postgres adds the values of a row.
 */
export function serializeError (error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = stdSerializers.err(error)
  const { code, constraint } = error as { code?: unknown, constraint?: unknown }
  const logged: Logged = { type, message, stack }
  if (typeof code === 'string') logged.code = code
  if (typeof constraint === 'string') logged.constraint = constraint
  return logged
}
