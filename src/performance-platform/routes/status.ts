import type { FastifyInstance } from 'fastify'
import { formatUtc } from '../utc-instant.ts'
import { askerOf, mayRead } from '../may-read.ts'
import { sessionOf } from '../../http/plugins/session.ts'
import { lateFeeds, staleDataSets } from '../read/staleness.ts'
import { DataError } from '../data-error.ts'
import { DOCUMENTED } from './documented.ts'
import { allowAnyOrigin, NO_CACHE, sendJson } from './respond.ts'
import type { DialectServices } from './services.ts'

/** Whether the service is alive, and which data sets and feeds are out of date. */
export function statusRoutes (app: FastifyInstance, { pool, probe, catalogue, clock, costly }: DialectServices): void {
  const hidden = { schema: { hide: true } }

  app.get('/_status', { ...hidden, ...DOCUMENTED.status }, async (request, reply) => {
    if ((await probe.ask()).wrong !== undefined) throw new DataError(503, 'The database cannot be reached just now')
    return await sendJson(request, allowAnyOrigin(reply).header('cache-control', NO_CACHE), {
      status: 'ok', message: 'database seems fine'
    })
  })

  app.get('/_status/data-sets', { ...hidden, ...DOCUMENTED.staleness }, async (request, reply) => {
    const { directory } = catalogue
    const asker = askerOf(request, clock())
    const sets = directory.dataSets.filter((set) => mayRead(directory, set, asker))
    const stale = [
      ...await staleDataSets(pool, sets, clock()),
      ...await lateFeeds(sessionOf(costly, request), directory, clock())
    ]
    void allowAnyOrigin(reply).header('cache-control', NO_CACHE)
    if (stale.length === 0) {
      return await sendJson(request, reply, { status: 'ok', message: 'All data sets are in date', data_sets: null })
    }
    return await sendJson(request, reply, {
      status: 'not okay',
      message: `${stale.length} ${stale.length === 1 ? 'data set is' : 'data sets are'} out of date`,
      data_sets: stale.map(({ name, newest, maxAge, secondsOutOfDate }) => ({
        name,
        'last-updated': formatUtc(newest),
        'max-age-expected': maxAge,
        'seconds-out-of-date': secondsOutOfDate
      }))
    })
  })
}
