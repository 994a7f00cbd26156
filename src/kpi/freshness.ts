import { idsAsked } from '../catalogue/asked.ts'
import { isOver, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import { formatDay, parseDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../domain/event.ts'
import { intersect, joined, lengthOf } from '../domain/kpi/cover.ts'
import { allowedAge, daysLate, rhythmOf, type Rhythm } from '../domain/rhythm.ts'
import { PERIOD_OF_CODE } from '../domain/observation.ts'
import type { DateRange } from '../domain/period.ts'
import { countMeasures } from '../observations/count-measures.ts'
import type { RequestPool } from '../postgres/scoped.ts'
import { readHoldings, readReportedDays, type ReportedDays } from '../rollups/index.ts'
import { leastLate, readFeeds } from './feeds.ts'
import { readObservedDays, readObservedServices, type ObservedDays } from './store/freshness.ts'

/** How much was reported of a service, of what was to be expected. */
export interface Freshness {
  newest: number
  /** How often reports are to be expected; null while nobody knows. */
  rhythm: Rhythm | null
  /** As of its feed (feeds.ts): null where nobody can say. */
  daysLate: number | null
  /** Share of the last `COMPLETENESS_DAYS` on which, or for which, anything was reported. */
  completeness: number
}

/** Days over which completeness is looked at: a quarter, up to yesterday. */
export const COMPLETENESS_DAYS = 91

/**
 * The services to list of an authority: those that it delivers, or another body does for it, and whatever else it ever
 * reported. Of the many that nobody has said who delivers the silent ones are left out.
 */
export async function readServicesOf (
  pool: RequestPool, directory: Directory, authority: Authority
): Promise<Service[]> {
  const client = pool.within({ authorityIds: [authority.id] })
  const [holdings, observed] = await Promise.all([
    readHoldings(client, authority.id), readObservedServices(client, authority.id)
  ])
  const reported = new Set([...holdings.map(({ serviceId }) => serviceId), ...observed])
  return directory.services.filter((service) => {
    const { delivers } = directory.provision(authority, service)
    const isDelivered = delivers !== 'no' && delivers !== 'unknown' && !isOver(service, directory.today)
    return isDelivered || reported.has(service.id)
  })
}

/** Freshness of an authority's services; those for which nothing was ever reported are left out. */
export async function readFreshness (
  pool: RequestPool, directory: Directory, authority: Authority, services: readonly Service[], today: number
): Promise<Map<Service, Freshness>> {
  const range = { start: today - COMPLETENESS_DAYS, end: today }
  const question = {
    authorityId: authority.id,
    serviceIds: services.map(({ id }) => id),
    from: formatDay(range.start),
    to: formatDay(range.end)
  }
  const client = pool.within({ authorityIds: [authority.id] })
  const [events, observations, feeds] = await Promise.all([
    readReportedDays(client, question), readObservedDays(client, question),
    // Of all: another authority may report on this one, and have said how often.
    readFeeds(pool.within({ authorityIds: idsAsked(directory) }), directory, today, authority.id)
  ])
  const feedsOf = Map.groupBy(feeds, ({ service }) => service)
  const eventsOf = new Map(events.map((row) => [row.serviceId, row]))
  const observationsOf = Map.groupBy(observations, ({ serviceId }) => serviceId)
  return new Map(services.flatMap((service) => {
    const [declared] = directory.kpis.basisRanges(authority.id, service.id, EVENT_TYPES.transaction, {
      start: today, end: today + 1
    })
    const observations = observationsOf.get(service.id) ?? []
    const counts = insteadOfEvents(directory, service, observations)
    const row = declared?.basis === 'counts' ? undefined : eventsOf.get(service.id)
    const ofEvents = row && byEvents(row, range, today)
    const ofCounts = byObservations(counts, range, today)
    // Undeclared, the council sends whichever of the two goes on.
    const goesOn = declared?.basis === 'undeclared' && ofCounts !== undefined && ofCounts.late < (ofEvents?.late ?? 0)
    const reported = ofEvents === undefined || goesOn
      ? ofCounts ?? byObservations(observations, range, today)
      : ofEvents
    const ofService = feedsOf.get(service)
    if (reported === undefined || ofService === undefined) return []
    const { newest, completeness } = reported
    const { rhythm, daysLate } = leastLate(ofService)
    return [[service, { newest, completeness, rhythm, daysLate }] as const]
  }))
}

function insteadOfEvents (
  directory: Directory, service: Service, observations: readonly ObservedDays[]
): ObservedDays[] {
  const ids =
    new Set(EVENT_TYPE_NAMES.flatMap((type) => countMeasures(directory, service, type)).map(({ measure }) =>
      measure.id
    ))
  return observations.filter(({ measureId }) => ids.has(measureId))
}

/** `late`: by the usual age of its rhythm, to compare events with figures. */
interface ReportedOf { newest: number, completeness: number, late: number }

const usuallyLate = (newest: number, today: number, rhythm: Rhythm): number =>
  daysLate(newest, today, allowedAge(rhythm)) ?? 0

function byEvents ({ newest, days }: ReportedDays, range: DateRange, today: number): ReportedOf {
  const day = parseDay(newest) ?? 0
  return { newest: day, late: usuallyLate(day, today, 'day'), completeness: days / lengthOf([range]) }
}

function byObservations (
  observations: readonly ObservedDays[], range: DateRange, today: number
): ReportedOf | undefined {
  const [last] = observations
  if (last === undefined) return undefined
  const newest = Math.min(parseDay(last.endOn) ?? 0, today)
  const covered = joined(observations.map(({ startOn, endOn }) =>
    ({ start: parseDay(startOn) ?? 0, end: (parseDay(endOn) ?? 0) + 1 })
  ))
  return {
    newest,
    late: usuallyLate(newest, today, rhythmOf(PERIOD_OF_CODE.get(last.period) ?? 'year')),
    completeness: lengthOf(intersect(covered, [range])) / lengthOf([range])
  }
}
