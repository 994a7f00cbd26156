import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { parseDay } from '../domain/calendar.ts'
import { daysLate } from '../domain/kpi/freshness.ts'
import { PERIOD_OF_CODE } from '../domain/observation.ts'
import type pg from 'pg'
import { readNewestOfAll } from '../rollups/index.ts'
import { readNewestObserved } from './store/freshness.ts'

/** What comes in of an authority's service, and whether it is late. */
export interface Feed {
  authority: Authority
  service: Service
  /** The newest local day that anything was reported of. */
  newest: number
  /** 0 while anything of it is in time: whichever of events and figures a council goes on to send. */
  daysLate: number
}

/** Every feed of the country. It reads the ends of indexes: the cost follows the number of feeds, not that of rows. */
export async function readFeeds (pool: pg.Pool, directory: Directory, today: number): Promise<Feed[]> {
  const [events, observations] = await Promise.all([readNewestOfAll(pool), readNewestObserved(pool)])
  const reported = [
    ...events.map(({ authorityId, serviceId, newest }) => {
      const day = Math.min(parseDay(newest) ?? 0, today)
      return { authorityId, serviceId, newest: day, daysLate: daysLate(day, today, 'day') }
    }),
    ...observations.map(({ authorityId, serviceId, period, endOn }) => {
      const day = Math.min(parseDay(endOn) ?? 0, today)
      const rhythm = PERIOD_OF_CODE.get(period) ?? 'year'
      return { authorityId, serviceId, newest: day, daysLate: daysLate(day, today, rhythm) }
    })
  ]
  return [...Map.groupBy(reported, ({ authorityId, serviceId }) => `${authorityId} ${serviceId}`).values()]
    .flatMap((ones) => {
      const [{ authorityId, serviceId } = { authorityId: 0, serviceId: 0 }] = ones
      const authority = directory.authorityById.get(authorityId)
      const service = directory.serviceById.get(serviceId)
      if (authority === undefined || service === undefined) return []
      return [{
        authority,
        service,
        newest: Math.max(...ones.map(({ newest }) => newest)),
        daysLate: Math.min(...ones.map(({ daysLate }) => daysLate))
      }]
    })
}
