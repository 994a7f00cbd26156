import type { FastifyBaseLogger } from 'fastify'
import { localDay, localMinutes } from '../domain/calendar.ts'
import type { Catalogue } from '../catalogue/live.ts'
import type { Releasing } from './releasing.ts'
import type { Release } from './store/releases.ts'

const EVERY_MS = 30_000

interface Options {
  releasing: Releasing
  clock: () => number
  /** Minutes after midnight in London; undefined: never. */
  at: number | undefined
  logger: FastifyBaseLogger
  onError: (error: unknown) => void
}

/**
 * Releases every day from a time of day on: once, and anew on a later look where it failed. Changes of released days
 * follow once a quarter. A service that starts later in the day catches up, and finds nothing to do where another one
 * was first.
 */
export function scheduleReleases ({ releasing, clock, at, logger, onError }: Options): { stop: () => void } {
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
      onError(error)
    } finally {
      running = false
    }
  }
  const timer = setInterval(() => { void look() }, EVERY_MS).unref()
  return { stop: () => clearInterval(timer) }
}

/** A line for each release, whoever made it. */
export const logRelease = (logger: FastifyBaseLogger, catalogue: Catalogue) => (release: Release): void => {
  const { directory } = catalogue
  const { id, authorityId, serviceId, kind, madeBy, upTo, cells, suppressed, notPublished, seconds } = release
  logger.info({
    release: id,
    kind,
    by: madeBy,
    authority: directory.authorityById.get(authorityId)?.slug,
    service: directory.serviceById.get(serviceId)?.slug,
    before: upTo,
    figures: cells,
    suppressed,
    ...(notPublished.length > 0 && { not_published: notPublished }),
    seconds
  }, 'released')
}
