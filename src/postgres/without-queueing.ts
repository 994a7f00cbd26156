import { setTimeout as wait } from 'node:timers/promises'

/**
 * For a migration that waits for a lock of a table: whoever asks for the table after it waits behind it. So it waits
 * no longer than this, and tries again when those have had their turn.
 */
export const LOCK_SECONDS = 2
const PAUSE_MS = 3000
/** A download may hold its table for half an hour. */
const TRIES = 500
/** A lock not given in time; a deadlock with somebody who took locks in another order. */
const LOCKED = new Set(['55P03', '40P01'])

/** Runs a transaction anew for as long as others hold a lock that it needs; nothing of it is kept between. */
export async function withoutQueueing (work: () => Promise<void>, say: (what: string) => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work()
      return
    } catch (error) {
      const { code, cause } = error as { code?: string, cause?: { code?: string } }
      if (tries === TRIES || !LOCKED.has(code ?? cause?.code ?? '')) throw error
      if (tries % 10 === 1) say(`migrations wait for a lock that others hold: ${(error as Error).message}`)
      await wait(PAUSE_MS)
    }
  }
}
