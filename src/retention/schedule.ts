import { localDay, localMinutes } from '../domain/calendar.ts'
import { expire } from '../quarantine/expire.ts'
import type { Erasures } from './erasures.ts'
import { retire, type Retiring } from './retire.ts'

const EVERY_MS = 30_000
/** Minutes after midnight in London: when few send and few read. */
const AT = 2 * 60

interface Options extends Omit<Retiring, 'signal'> {
  erasures: Erasures
  /** How often to look. */
  everyMs?: number
  onError: (error: unknown) => void
}

/**
 * Removes raw rows every night, once, and anew on a later look where it failed or another process was at it; refused
 * rows that are kept no longer as well; and goes on with erasures that were left unfinished. A service that starts
 * later in the day catches up.
 */
export function scheduleRetention (
  { erasures, onError, everyMs = EVERY_MS, ...retiring }: Options
): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  let done = -Infinity
  let running: Promise<void> | undefined
  const look = async (): Promise<void> => {
    try {
      await erasures.goOn()
      const now = retiring.clock()
      const today = localDay(now)
      if (done === today || localMinutes(now) < AT) return
      await expire({ ...retiring, signal: stopping.signal })
      const retired = await retire({ ...retiring, signal: stopping.signal }, 'schedule')
      if (retired !== undefined) done = today
    } catch (error) {
      onError(error)
    }
  }
  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined
    })
  }, everyMs).unref()
  return {
    stop: async () => {
      clearInterval(timer)
      stopping.abort()
      await running
    }
  }
}
