import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'

const PAUSE_MS = 20
/** Longer than any transaction may stand still or wait for a lock. */
const LONGEST_MS = 120_000

/**
 * Waits until every transaction that writes to a table now has ended; nobody waits meanwhile, and writers that come
 * later are not waited for. So those see what was committed before the call, if they look once they have the table's
 * lock. Throws where one lasts too long.
 */
export async function writersInFlight (pool: pg.Pool | pg.ClientBase, table: string): Promise<void> {
  const running = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ id: string }>(
      `
      SELECT virtualtransaction AS id FROM pg_locks
      WHERE locktype = 'relation' AND relation = $1::regclass AND mode = 'RowExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [table]
    )
    return rows.map(({ id }) => id)
  }
  let left = new Set(await running())
  for (let waited = 0; left.size > 0; waited += PAUSE_MS) {
    if (waited > LONGEST_MS) throw new Error(`a transaction that writes to ${table} does not end; trying again later`)
    await wait(PAUSE_MS, undefined, { ref: false })
    left = left.intersection(new Set(await running()))
  }
}
