import type { FastifyBaseLogger } from 'fastify'
import type pg from 'pg'
import type { Erasing } from './erase.ts'
import { Erasures } from './erasures.ts'
import { scheduleRetention } from './schedule.ts'

interface Options extends Pick<Erasing, 'clock' | 'inTurn'> {
  /** For the one connection by which raw rows leave. */
  pool: pg.Pool
  /** For erasures, which write to the rollups. */
  writers: pg.Pool
  logger: FastifyBaseLogger
  onError: (error: unknown) => void
  /** Whether this process removes rows by itself, and goes on with erasures of others. */
  byItself: boolean
}

/** What removes raw rows, as long as the app is open. */
export function openRetention (
  { pool, writers, logger, onError, byItself, ...how }: Options
): { erasures: Erasures, close: () => Promise<void> } {
  const say = (what: string, numbers: object = {}): void => logger.info(numbers, what)
  const erasures = new Erasures({ pool: writers, say, ...how }, onError)
  const schedule = byItself ? scheduleRetention({ pool, erasures, say, onError, ...how }) : undefined
  return {
    erasures,
    close: async () => {
      await Promise.all([erasures.close(), schedule?.stop()])
    }
  }
}
