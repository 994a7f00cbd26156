/**
 * How long this service waits for Postgres (docs/operations.md has the table). Postgres ends what takes too long, with
 * an error that names it; the service's own deadline comes a little later, for a connection that has gone silent, from
 * which no error comes either.
 */
export const DEADLINES = {
  /** To open a connection, or to get one of those that are open. */
  connectMs: 5000,
  lockMs: 8000,
  /** A statement. What may rightly last longer says so in its transaction: see `lastingUpTo`. */
  statementMs: 10_000,
  /** A batch of more than 10,000 records. */
  largeBatchMs: 40_000,
  /** To take away or count anew all records of a data set. */
  wholeSetMs: 10 * 60_000,
  /** A statement of a release. */
  releaseMs: 10 * 60_000,
  /** A transaction in which the service sends nothing. */
  idleInTransactionMs: 30_000,
  /** Longer than Postgres itself takes to end a statement and to say so. */
  marginMs: 2000,
  /** The whole of a download, which takes as long as its reader does. */
  downloadMs: 30 * 60_000,
  /** Its first rows, which may have to be sorted, and each further batch of them. */
  firstRowsMs: 60_000,
  nextRowsMs: 12_000,
  /** A connection that was told to end, until it is cut. */
  endMs: 2000
} as const

/**
 * What Postgres is told of every session: its own deadlines, and to notice clients that have vanished, so that it frees
 * what they locked. To compile a statement costs more than any here saves by it.
 */
export const sessionOptions = (statementMs: number): string =>
  Object.entries({ ...sessionSettings(statementMs), ...OF_THE_NETWORK, ...ON_CLUSTER })
    .map(([name, value]) => `-c ${name}=${value}`).join(' ')

/** Those that hold on every connection, whatever it is made of; each as `pg_settings` shows it, times in ms. */
export const sessionSettings = (statementMs: number): Record<string, string> => ({
  timezone: 'UTC',
  jit: 'off',
  lock_timeout: String(DEADLINES.lockMs),
  statement_timeout: String(statementMs),
  idle_in_transaction_session_timeout: String(DEADLINES.idleInTransactionMs),
  client_connection_check_interval: '5000'
})

/** Of connections by TCP alone. */
const OF_THE_NETWORK = {
  tcp_keepalives_idle: '10', tcp_keepalives_interval: '2', tcp_keepalives_count: '3', tcp_user_timeout: '15000'
}

/**
 * Of the extension citus, and of no meaning to a server without it: a transaction has one connection to each node, not
 * one for each shard.
 */
const ON_CLUSTER = {
  'citus.multi_shard_modify_mode': 'sequential', 'citus.max_adaptive_executor_pool_size': '1'
}

/** Tells the rest of a transaction's statements, in SQL, how long each of them may last; `0` is for ever. */
export const lastingUpTo = (ms: number): string => `SET LOCAL statement_timeout = ${ms}`

const TIMEOUT = /^\s*SET (LOCAL )?statement_timeout = (\d+)/

/** What a statement tells of how long those after it may last, if it does: in its transaction, or in its session. */
export function timeoutSet (text: string): { ms: number, local: boolean } | undefined {
  const [, local, ms] = TIMEOUT.exec(text) ?? []
  return ms === undefined ? undefined : { ms: Number(ms), local: local !== undefined }
}
