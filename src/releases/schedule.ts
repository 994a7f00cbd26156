import type { FastifyBaseLogger } from 'fastify'
import { localDay, localMinutes } from '../domain/calendar.ts'
import type { Releasing } from './releasing.ts'

const EVERY_MS = 30_000

interface Options {
  releasing: Releasing
  clock: () => number
  /** Minutes after midnight in London; undefined: never. */
  at: number | undefined
  logger: FastifyBaseLogger
}

/**
 * Releases every day from a time of day on: once, and anew on a later look where it failed. Changes of released days
 * follow once a quarter. A service that starts later in the day catches up, and finds nothing to do where another one
 * was first.
 */
export function scheduleReleases ({ releasing, clock, at, logger }: Options): { stop: () => void } {
  if (at === undefined) return { stop: () => undefined }
  let [done, running] = [-Infinity, false]
  const look = async (): Promise<void> => {
    const now = clock()
    const today = localDay(now)
    if (running || done === today || localMinutes(now) < at) return
    running = true
    try {
      const releases = await releasing.make({}, { by: 'schedule' })
      const revisions = await releasing.reviseQuarterly(today)
      done = today
      logger.info(
        { releases: releases.length, revisions: revisions.length }, 'released figures of wards and streets'
      )
    } catch (error) {
      logger.error({ err: error }, 'figures of wards and streets not released; trying again')
    } finally {
      running = false
    }
  }
  const timer = setInterval(() => { void look() }, EVERY_MS).unref()
  return { stop: () => clearInterval(timer) }
}
