import type { Authority, Directory } from '../catalogue/directory.ts'
import type { BasisRange } from '../catalogue/kpi-directory.ts'
import { lengthOf } from '../domain/kpi/cover.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import { exact } from '../domain/exact.ts'
import type { CountMeasure } from '../observations/count-measures.ts'
import type { ObservationIndex } from '../observations/observation-index.ts'
import { addDetails } from './details/details.ts'
import { placeOf, type CountedDays } from './coverage.ts'
import type { RevisedDays } from '../rollups/index.ts'
import type { PeriodSum, Dimension } from './sum-query.ts'
import { observedSums, type PartialSum } from './observed-sums.ts'
import type { SeriesQuery } from './parse.ts'
import { dimensionsOf } from './dimensions.ts'
import type { SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import type { Sum, ReportedSums } from './sum.ts'

/** The periods of each authority, cut where it changes between events and counts; `starts` are all first days. */
export interface PeriodsByBasis { byAuthority: Map<Authority, BasisRange[][]>, starts: number[] }

export interface EventsAndObservations {
  /** Sums by authority and range. */
  events: readonly PeriodSum[]
  /** The same without filters: they say whether anything was reported. */
  all: readonly PeriodSum[]
  revised: RevisedDays
  measures: readonly CountMeasure[]
  book: ObservationIndex
}

/** The sums of one range by group: of events or of observations, never of both. `any`: whether there are events. */
interface RangeSums { range: DateRange, by: 'events' | 'counts', any: boolean, groups: Map<string, PartialSum[]> }

export function cutByBasis ({ directory, query }: SeriesPlan): PeriodsByBasis {
  const byStreet = dimensionsOf(query).includes('street')
  const byAuthority = new Map(query.authorities.map((authority) =>
    [authority, query.periods.map((range) => basisRangesOf(directory, query, authority, range, byStreet))]
  ))
  const starts = [...new Set([...byAuthority.values()].flat(2).map(({ start }) => start))].sort((a, b) => a - b)
  return { byAuthority, starts }
}

/**
 * Adds up each period from its ranges, each from events or from observations, whichever the authority declared. A
 * period has no sum where observations do not cover their range.
 */
export function addUp (
  { query, sums: { type } }: SeriesPlan,
  { byAuthority, starts }: PeriodsByBasis,
  { events, all, revised, measures, book }: EventsAndObservations
): ReportedSums {
  const dimensions = new Set(dimensionsOf(query))
  dimensions.delete('authority')
  const startOf = ({ authority = 0, period }: PeriodSum): string => `${authority} ${starts[period] ?? 0}`
  const eventsAt = Map.groupBy(events, startOf)
  const anyAt = new Set(all.map(startOf))
  const byGroup = (sums: PartialSum[]): RangeSums['groups'] =>
    Map.groupBy(sums, ({ ids }) => keyOf(query.groupBy, ids))
  const sumsOf = (authority: Authority, range: BasisRange): RangeSums => {
    const places = starts.filter((start) => start >= range.start && start < range.end).map((start) =>
      `${authority.id} ${start}`
    )
    const any = places.some((place) => anyAt.has(place))
    const counted = (): boolean => isCounted(book, measures, authority, range)
    if (range.basis === 'events' || (range.basis === 'undeclared' && (any || !counted()))) {
      const ofEvents = places.flatMap((place) => eventsAt.get(place) ?? [])
      return {
        range,
        by: 'events',
        any,
        groups: byGroup(ofEvents.map((ids) => ({ ids, count: ids.count, whole: true, used: [], sources: [] })))
      }
    }
    const observed = observedSums(book, measures, authority, range, dimensions)
    return { range, by: 'counts', any: false, groups: byGroup(observed.filter(({ ids }) => fits(ids, query.filters))) }
  }

  const reported = new Reported()
  const counted = new Map<string, CountedDays>()
  const revisedPeriods = new Reported()
  const sums = [...byAuthority].flatMap(([authority, periods]) =>
    periods.flatMap((ranges, period) => {
      const ofRanges = ranges.map((range) => sumsOf(authority, range))
      counted.set(placeOf(authority.id, period), {
        events: ofRanges.filter(({ by }) => by === 'events').map(({ range }) => range),
        // Observations give a sum only where they cover all of their days.
        counted: lengthOf(ofRanges.filter(({ by }) => by === 'counts').map(({ range }) => range))
      })
      if (ofRanges.some(({ any }) => any) && ofRanges.every(({ by }) => by === 'events')) {
        reported.add(authority.id, period)
      }
      // A correction of events changes nothing where counts stand for them.
      if (ranges.some((range, i) => ofRanges[i]?.by === 'events' && revised.in(authority.id, type, range))) {
        revisedPeriods.add(authority.id, period)
      }
      return addUpRanges(query.groupBy, period, ofRanges)
    })
  )
  return {
    sums: addUpAuthorities(query.groupBy, sums),
    reported,
    counted,
    isRevised: (period, ids) => revisedPeriods.in(period, ids)
  }
}

/** Whether anything was sent that could stand for events of the range. Where nothing was, its days are silent ones. */
function isCounted (
  book: ObservationIndex, measures: readonly CountMeasure[], authority: Authority, range: DateRange
): boolean {
  return measures.some(({ measure }) => book.all(authority, measure).some((one) => overlaps(one.range, range)))
}

/**
 * The ranges of a period. Streets are stored by month, so their periods are not cut; there are no observations of
 * streets, so where counts hold for any range of the period it has no sum.
 */
function basisRangesOf (
  directory: Directory, { service, type }: SeriesQuery, { id }: Authority, range: DateRange, byStreet: boolean
): BasisRange[] {
  const ranges = directory.kpis.basisRanges(id, service.id, EVENT_TYPES[type], range)
  if (!byStreet) return ranges
  return [{ ...range, basis: ranges.some(({ basis }) => basis === 'counts') ? 'counts' : 'events' }]
}

function fits (ids: PartialSum['ids'], filters: SeriesQuery['filters']): boolean {
  return Object.entries(filters).every(([dimension, wanted]) => wanted.includes(ids[dimension as Dimension] ?? 0))
}

const keyOf = (groupBy: readonly Dimension[], ids: PartialSum['ids']): string =>
  groupBy.map((dimension) => ids[dimension]).join(' ')

/** One authority's sums of a period. A group has none where its observations do not cover all of their range. */
function addUpRanges (groupBy: readonly Dimension[], period: number, ranges: readonly RangeSums[]): Sum[] {
  const basis = ranges.some(({ any }) => any) ? 'both' : 'counts'
  return [...new Set(ranges.flatMap(({ groups }) => [...groups.keys()]))].flatMap((key): Sum[] => {
    if (ranges.some(({ by, groups }) => by === 'counts' && groups.get(key)?.every(({ whole }) => whole) !== true)) {
      return []
    }
    const sums = ranges.flatMap(({ groups }) => groups.get(key) ?? [])
    const ids = Object.fromEntries(groupBy.map((dimension) => [dimension, sums[0]?.ids[dimension] ?? 0]))
    const used = sums.flatMap((sum) => sum.used)
    const sources = sums.flatMap((sum) => sum.sources)
    const count = exact(sums.reduce((total, sum) => total + sum.count, 0))
    return [{ ...ids, period, count, ...(used.length > 0 && { observed: { basis, used, sources } }) }]
  })
}

/** Adds authorities up, unless the question groups by authority: then those in one group. */
export function addUpAuthorities (groupBy: readonly Dimension[], sums: readonly Sum[]): Sum[] {
  return [...Map.groupBy(sums, (sum) => `${sum.period} ${keyOf(groupBy, sum)}`).values()]
    .flatMap((same): Sum[] => {
      const [first] = same
      if (first === undefined || same.length === 1) return same
      const observed = same.flatMap((sum) => sum.observed ?? [])
      const basis = observed.length === same.length && observed.every((one) => one.basis === 'counts')
        ? 'counts'
        : 'both'
      const used = observed.flatMap((one) => one.used)
      const sources = observed.flatMap((one) => one.sources)
      return [{
        ...first,
        count: exact(same.reduce((total, { count }) => total + count, 0)),
        ...(observed.length > 0 && { observed: { basis, used, sources } }),
        ...(first.details && { details: addDetails(same.flatMap(({ details }) => details ?? [])) })
      }]
    })
}
