import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { withheldDays } from '../disclosure/withheld.ts'
import type { Viewer } from '../disclosure/session.ts'
import { formatDay, parseDay } from '../domain/calendar.ts'
import type { DateRange } from '../domain/period.ts'
import type { Rhythm } from '../domain/rhythm.ts'
import { readFeeds, type Feed } from '../kpi/feeds.ts'
import { readFirstDays } from '../rollups/index.ts'
import { readEndObserved } from '../kpi/store/freshness.ts'

/** What is published of an authority's service. Days are local dates, inclusive. */
export interface DataSet {
  authorityId: number
  serviceId: number
  /** Types of events that it has; codes. */
  types: number[]
  /** The measures that it has figures of, and for which period the first of each is; codes. */
  measures: Array<{ id: number, period: number }>
  first: string
  last: string
  /** The day on which rows came last, as far as everybody may know. */
  modified: string
  /** How often something new comes; null: not known. */
  rhythm: Rhythm | null
}

interface Found { types: number[], measures: DataSet['measures'], first: number }

/**
 * Everything that has public figures, by authority and service. Of a feed that is partly withheld the days are those
 * that are published; one that is withheld whole is not there. Its cost follows the number of feeds, not that of rows.
 */
export async function readDataSets (
  client: pg.Pool | pg.ClientBase, directory: Directory, viewer: Pick<Viewer, 'isAmong'>, today: number
): Promise<DataSet[]> {
  const [events, figures, feeds] = await Promise.all([
    readFirstDays(client), readEndObserved(client, 'first', directory.kpis.measureIds),
    readFeeds(client, directory, today)
  ])
  const found = new Map<string, Found>()
  const foundAt = (place: string, first: string): Found => {
    const day = parseDay(first) ?? 0
    const known = found.get(place) ?? { types: [], measures: [], first: day }
    known.first = Math.min(known.first, day)
    found.set(place, known)
    return known
  }
  for (const { authorityId, serviceId, type, first } of events) {
    foundAt(`${authorityId} ${serviceId}`, first).types.push(type)
  }
  for (const { authorityId, serviceId, measureId: id, period, startOn } of figures) {
    foundAt(`${authorityId} ${serviceId}`, startOn).measures.push({ id, period })
  }
  const sets = [...Map.groupBy(feeds, ({ authority, service }) => `${authority.id} ${service.id}`)]
    .flatMap(([place, ones]) => dataSetOf(directory, viewer, found.get(place), ones) ?? [])
  return sets.map((set) => ({ set, key: keyOf(directory, set) })).sort((a, b) => a.key < b.key ? -1 : 1)
    .map(({ set }) => set)
}

const keyOf = ({ authorityById, serviceById }: Directory, { authorityId, serviceId }: DataSet): string =>
  `${authorityById.get(authorityId)?.slug ?? ''}/${serviceById.get(serviceId)?.slug ?? ''}`

function dataSetOf (
  directory: Directory, viewer: Pick<Viewer, 'isAmong'>, found: Found | undefined, feeds: readonly Feed[]
): DataSet | undefined {
  const [one] = feeds
  if (one === undefined || found === undefined) return undefined
  const { authority: { id: authorityId }, service: { id: serviceId } } = one
  const withheld = withheldDays(viewer, directory, serviceId)(authorityId)
  const newest = Math.max(...feeds.map((feed) => feed.newest))
  const shown = published({ start: found.first, end: newest + 1 }, withheld)
  if (shown.start >= shown.end) return undefined
  const arrived = feeds.flatMap((feed) => feed.arrived ?? [])
  const last = shown.end - 1
  // When withheld rows came is withheld with them.
  const modified = withheld.length > 0 || arrived.length === 0 ? last : Math.max(...arrived)
  return {
    authorityId,
    serviceId,
    types: found.types,
    measures: found.measures,
    first: formatDay(shown.start),
    last: formatDay(last),
    modified: formatDay(Math.max(modified, shown.start)),
    rhythm: feeds.find(({ rhythm }) => rhythm !== null)?.rhythm ?? null
  }
}

/** Without the withheld days at both ends; empty where nothing is left. */
function published (days: DateRange, withheld: readonly DateRange[]): DateRange {
  let { start, end } = days
  for (const one of withheld) if (one.start <= start && one.end > start) start = one.end
  for (const one of withheld.toReversed()) if (one.start < end && one.end >= end) end = one.start
  return { start, end }
}
