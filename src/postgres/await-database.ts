import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'

const [LOOK_MS, SAY_EVERY_MS] = [250, 10_000]

/**
 * Resolves at once, but for a database that says it is starting up or shutting down (57P03), as after a crash: that is
 * waited for as long as it says so. Throws whatever else is wrong.
 */
export async function awaitDatabase (pool: pg.Pool, say: (what: string) => void): Promise<void> {
  let sayAt = 0
  for (;;) {
    try {
      await pool.query('SELECT 1')
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '57P03') throw error
      if (performance.now() > sayAt) {
        sayAt = performance.now() + SAY_EVERY_MS
        say(`waiting for the database: ${(error as Error).message}`)
      }
    }
    await wait(LOOK_MS)
  }
}
