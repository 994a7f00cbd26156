import { awaitDatabase, type Waiting } from './await-database.ts'
import type { Database } from './database.ts'
import { ANOTHER_DATABASE, NEEDS_SESSIONS, NO_SESSIONS, UnusableServer } from './server.ts'

/**
 * Waits until the database answers, by a pooler and besides it where one stands before it, and resolves with its
 * version. Throws as `awaitDatabase` does.
 */
export async function reachDatabase (database: Database, waiting: Waiting): Promise<string> {
  const { pool, sessions, forgetNames } = database
  if (sessions === pool) return (await awaitDatabase(pool, { ...waiting, refusesPooler: NEEDS_SESSIONS })).version
  const { version, identity, pooler } = await awaitDatabase(pool, waiting)
  const direct = await awaitDatabase(sessions, { ...waiting, refusesPooler: NO_SESSIONS })
  if (direct.identity !== identity) throw new UnusableServer(ANOTHER_DATABASE)
  if (pooler?.keepsNames === false) forgetNames()
  return version
}
