import type pg from 'pg'
import { inTransaction } from '../postgres/transaction.ts'
import { deleteExpired, EXPIRED } from './store/remove.ts'

interface Expiring {
  pool: pg.Pool
  clock: () => number
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>
  say?: (what: string, numbers?: object) => void
  signal?: AbortSignal
}

/**
 * Removes refused rows, and receipts of batches of which nothing was stored, 30 days after they came, and words that
 * nobody has sent for 90 days, in small transactions.
 */
export async function expire ({ pool, clock, inTurn, say, signal }: Expiring): Promise<void> {
  const now = new Date(clock())
  const removed = { rejections: 0, receipts: 0, words: 0 }
  for (const what of Object.keys(EXPIRED) as Array<keyof typeof EXPIRED>) {
    for (let gone = Infinity; gone > 0 && signal?.aborted !== true;) {
      const work = async (): Promise<number> =>
        await inTransaction(pool, async (client) => await deleteExpired(client, what, now))
      gone = await (inTurn === undefined ? work() : inTurn(work))
      removed[what] += gone
    }
  }
  if (Object.values(removed).some((count) => count > 0)) say?.('refused rows removed', removed)
}
