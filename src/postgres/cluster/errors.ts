import type pg from 'pg'

/**
 * An error of a node reaches the coordinator with less than it said: without its table and constraint; of a COPY
 * without its SQLSTATE too, as an internal error; and so is a connection that broke in a transaction.
 */
const [INTERNAL, FAILED_CONNECTION, BAD_VALUE] = ['XX000', '08006', '22000']
const OF_COPY = 'ReportCopyError'

/** What Postgres says, and by which SQLSTATE: the first that fits. */
const SAID: ReadonlyArray<readonly [RegExp, string]> = [
  [/violates unique constraint/, '23505'],
  [/violates check constraint/, '23514'],
  [/violates not-null constraint/, '23502'],
  [/row-level security|^permission denied/, '42501'],
  [/^deadlock detected/, '40P01'],
  [/^could not serialize access/, '40001'],
  [/due to lock timeout/, '55P03'],
  [/^canceling statement/, '57014'],
  [/^terminating connection/, '57P01'],
  [/^the database system is/, '57P03'],
  [/^could not (extend|write)|No space left/, '53100']
]

/** What is said where a node is gone: by Citus, or by the library through which it talks to nodes. */
const BROKEN = new RegExp([
  'connection marked as essential', 'server closed the connection', 'connection not open',
  'no connection to the server', 'connection to server',
  'could not (receive|send) data', 'SSL (SYSCALL|connection|error)', 'terminating connection',
  'could not connect to any active', '^cannot connect to', 'could not find an available connection',
  'cannot establish', 'could not establish', 'connection establishment'
].join('|'))

const CONSTRAINT = /constraint "([^"]+)"/
/** Of a shard, behind the names of its keys. */
const SHARD = /_\d{6,}$/

/** Gives an error what it would say on one server: its SQLSTATE, and the name of its constraint. Changes the error. */
export function asOfOneServer (error: pg.DatabaseError): void {
  if (error.code === INTERNAL) error.code = meantBy(error)
  if (error.constraint !== undefined || error.code?.startsWith('23') !== true) return
  const named = CONSTRAINT.exec(error.message)?.[1]
  if (named !== undefined) error.constraint = named.replace(SHARD, '')
}

function meantBy ({ message, routine }: pg.DatabaseError): string {
  if (routine === OF_COPY) {
    // In a language that is not known here, it is taken for a bad value: the rows go one batch at a time then, by
    // statements whose errors have their SQLSTATE.
    return SAID.find(([said]) => said.test(message))?.[1] ?? BAD_VALUE
  }
  return BROKEN.test(message) ? FAILED_CONNECTION : INTERNAL
}
