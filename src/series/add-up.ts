import type { Authority, Directory } from '../catalogue/directory.ts'
import type { Segment } from '../catalogue/kpi-directory.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import type { DateRange } from '../domain/period.ts'
import type { CountMeasure } from '../observations/count-measures.ts'
import type { ObservationBook } from '../observations/observation-book.ts'
import type { Cell, Dimension } from './cell.ts'
import { observedSums, type PartialSum } from './observed-sums.ts'
import type { SeriesQuery } from './parse.ts'
import { dimensionsOf, type SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import type { Sum, Sums } from './sum.ts'

/** The periods of each authority, cut where it changes between events and counts. */
export interface PeriodParts { byAuthority: Map<Authority, Segment[][]>, starts: number[] }

export interface EventsAndObservations {
  /** By authority and part of a period. */
  events: readonly Cell[]
  /** The same without filters: whether anything was reported. */
  all: readonly Cell[]
  measures: readonly CountMeasure[]
  book: ObservationBook
}

/** The sums of one part of a period, by group: of events (`any` at all?) or of observations, never of both. */
interface PartSums { by: 'events' | 'counts', any: boolean, groups: Map<string, PartialSum[]> }

export function sumsByAuthority ({ directory, query }: SeriesPlan): PeriodParts {
  const byStreet = dimensionsOf(query).includes('street')
  const byAuthority = new Map(query.authorities.map((authority) =>
    [authority, query.periods.map((range) => partsOf(directory, query, authority, range, byStreet))]
  ))
  const starts = [...new Set([...byAuthority.values()].flat(2).map(({ start }) => start))].sort((a, b) => a - b)
  return { byAuthority, starts }
}

/**
 * A period's sum takes each part of it from what holds there. Where observations do not cover their part whole there is
 * no sum.
 */
export function addUp (
  { query }: SeriesPlan, { byAuthority, starts }: PeriodParts, { events, all, measures, book }: EventsAndObservations
): Sums {
  const dimensions = new Set(dimensionsOf(query))
  dimensions.delete('authority')
  const placeOf = ({ authority = 0, period }: Cell): string => `${authority} ${starts[period] ?? 0}`
  const eventsAt = Map.groupBy(events, placeOf)
  const anyAt = new Set(all.map(placeOf))
  const byGroup = (sums: PartialSum[]): PartSums['groups'] =>
    Map.groupBy(sums, ({ ids }) => keyOf(query.groupBy, ids))
  const sumsOf = (authority: Authority, part: Segment): PartSums => {
    const places = starts.filter((start) => start >= part.start && start < part.end).map((start) =>
      `${authority.id} ${start}`
    )
    const any = places.some((place) => anyAt.has(place))
    if (part.basis === 'events' || (part.basis === 'undeclared' && any)) {
      const ofEvents = places.flatMap((place) => eventsAt.get(place) ?? [])
      return {
        by: 'events',
        any,
        groups: byGroup(ofEvents.map((ids) => ({ ids, count: ids.count, whole: true, used: [], sources: [] })))
      }
    }
    const observed = observedSums(book, measures, authority, part, dimensions)
    return { by: 'counts', any: false, groups: byGroup(observed.filter(({ ids }) => fits(ids, query.filters))) }
  }

  const reported = new Reported()
  const sums = [...byAuthority].flatMap(([authority, periods]) =>
    periods.flatMap((parts, period) => {
      const ofParts = parts.map((part) => sumsOf(authority, part))
      if (ofParts.some(({ any }) => any) && ofParts.every(({ by }) => by === 'events')) {
        reported.add(authority.id, period)
      }
      return addUpParts(query.groupBy, period, ofParts)
    })
  )
  return { sums: addUpAuthorities(query.groupBy, sums), reported }
}

/**
 * Streets are kept by month, so a period of theirs is not cut: it has no observations and, where counts hold for a part
 * of it, no events.
 */
function partsOf (
  directory: Directory, { service, type }: SeriesQuery, { id }: Authority, range: DateRange, byStreet: boolean
): Segment[] {
  const segments = directory.kpis.segments(id, service.id, EVENT_TYPES[type], range)
  if (!byStreet) return segments
  return [{ ...range, basis: segments.some(({ basis }) => basis === 'counts') ? 'counts' : 'events' }]
}

function fits (ids: PartialSum['ids'], filters: SeriesQuery['filters']): boolean {
  return Object.entries(filters).every(([dimension, wanted]) => wanted.includes(ids[dimension as Dimension] ?? 0))
}

const keyOf = (groupBy: readonly Dimension[], ids: PartialSum['ids']): string =>
  groupBy.map((dimension) => ids[dimension]).join(' ')

/** One authority's sums of a period. A group has none where observations do not say it for all of their days. */
function addUpParts (groupBy: readonly Dimension[], period: number, parts: readonly PartSums[]): Sum[] {
  const basis = parts.some(({ any }) => any) ? 'both' : 'counts'
  return [...new Set(parts.flatMap(({ groups }) => [...groups.keys()]))].flatMap((key): Sum[] => {
    if (parts.some(({ by, groups }) => by === 'counts' && groups.get(key)?.every(({ whole }) => whole) !== true)) {
      return []
    }
    const sums = parts.flatMap(({ groups }) => groups.get(key) ?? [])
    const ids = Object.fromEntries(groupBy.map((dimension) => [dimension, sums[0]?.ids[dimension] ?? 0]))
    const used = sums.flatMap((sum) => sum.used)
    const sources = sums.flatMap((sum) => sum.sources)
    const count = sums.reduce((total, sum) => total + sum.count, 0)
    return [{ ...ids, period, count, ...(used.length > 0 && { observed: { basis, used, sources } }) }]
  })
}

/** Authorities added up, where they are not told apart. */
function addUpAuthorities (groupBy: readonly Dimension[], sums: readonly Sum[]): Sum[] {
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
        count: same.reduce((total, { count }) => total + count, 0),
        ...(observed.length > 0 && { observed: { basis, used, sources } })
      }]
    })
}
