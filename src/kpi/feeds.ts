import type pg from 'pg'
import type { Authority, Directory, Service, Source } from '../catalogue/directory.ts'
import { parseDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../domain/event.ts'
import { PERIOD_OF_CODE } from '../domain/observation.ts'
import { allowedAge, daysLate, rhythmOf, type Rhythm } from '../domain/rhythm.ts'
import { FEED_KINDS } from '../intake/store/feeds.ts'
import { countMeasures } from '../observations/count-measures.ts'
import { readNewestOfAll } from '../rollups/index.ts'
import { readFeedRows, readRhythms, type FeedRow, type RhythmRow } from './store/feeds.ts'
import { readEndObserved } from './store/freshness.ts'

/** An authority's service as a source sends it, and whether it is late. */
export interface Feed {
  authority: Authority
  service: Service
  /** Undefined where nobody knows: rows of before feeds were told apart, and of data sets. */
  source: Source | undefined
  /** Whether it says what happened, by events or by counts in their place; else it is about costs and the like. */
  counts: boolean
  /** The newest local day that anything was reported of. */
  newest: number
  /** The local day on which rows came last. */
  arrived: number | undefined
  /** Null while too little has come in to know. */
  rhythm: Rhythm | null
  isSet: boolean
  /** How old, in days, the newest day may be; null: any age. */
  allowed: number | null
  /**
   * 0 while anything of it is in time, whichever of events and figures a council goes on to send; null where its rhythm
   * is not known.
   */
  daysLate: number | null
}

/** One kind of rows of a feed. */
type Part = Omit<Feed, 'authority' | 'service' | 'source'>

interface Reported { authorityId: number, serviceId: number, newest: number, kind: number, counts: boolean }
interface Known {
  today: number
  directory: Directory
  /** By authority and service. */
  rows: ReadonlyMap<string, readonly FeedRow[]>
  /** By source and service. */
  rhythms: ReadonlyMap<string, RhythmRow>
}

/** Every feed of an authority, or of the country. Its cost follows the number of feeds, not that of rows. */
export async function readFeeds (
  client: pg.Pool | pg.ClientBase, directory: Directory, today: number, authorityId: number | null = null
): Promise<Feed[]> {
  const [events, figures, rows, rhythms] = await Promise.all([
    readNewestOfAll(client, authorityId), readEndObserved(client, 'last', directory.kpis.measureIds, authorityId),
    readFeedRows(client, authorityId), readRhythms(client)
  ])
  const known: Known = {
    today,
    directory,
    rows: Map.groupBy(rows, (row) => placeOf(row)),
    rhythms: new Map(rhythms.map((one) => [`${one.sourceId} ${one.serviceId}`, one]))
  }
  const parts = [
    ...events.flatMap((one) => ofEvents(known, {
      ...one,
      newest: Math.min(parseDay(one.newest) ?? 0, today),
      kind: FEED_KINDS.events,
      counts: says(directory, one, today) !== 'counts'
    })),
    ...figures.flatMap((one) => ofFigures(known, {
      ...one,
      newest: Math.min(parseDay(one.endOn) ?? 0, today),
      kind: FEED_KINDS.figures,
      counts: says(directory, one, today) !== 'events' && isCount(directory, one)
    }))
  ]
  const feeds = Map.groupBy(parts, ({ place, sourceId }) => `${place} ${sourceId ?? ''}`)
  return withoutEnded([...feeds.values()].flatMap((ones) => feedOf(directory, ones) ?? []))
}

interface Placed extends Reported { place: string, sourceId: number | undefined, part: Part }

const placeOf = ({ authorityId, serviceId }: Pick<Reported, 'authorityId' | 'serviceId'>): string =>
  `${authorityId} ${serviceId}`

// The rollups know the newest day of all sources together. Who sent it is known of what was noted; where a note was
// lost, or that day was voided, the newest note gives way.
function ofEvents (known: Known, reported: Reported): Placed[] {
  const place = placeOf(reported)
  const rows = (known.rows.get(place) ?? []).filter(({ kind }) => kind === reported.kind)
  if (rows.length === 0) {
    const sourceId = onlySender(known.directory, reported)
    return [{ ...reported, place, sourceId, part: partOf(known, reported, { sourceId }) }]
  }
  const last = rows.reduce((a, b) => b.newestOn > a.newestOn ? b : a)
  return rows.map((row) => {
    const newest = row === last ? reported.newest : Math.min(parseDay(row.newestOn) ?? 0, reported.newest)
    const own = { ...reported, newest }
    return { ...own, place, sourceId: row.sourceId, part: partOf(known, own, { sourceId: row.sourceId, learnt: row }) }
  })
}

// Figures say how often they come; how late they usually are is learnt.
function ofFigures (known: Known, reported: Reported & { period: number, sourceId: number }): Placed[] {
  const { sourceId } = reported
  const place = placeOf(reported)
  const row = known.rows.get(place)?.find((one) => one.kind === reported.kind && one.sourceId === sourceId)
  const rhythm = rhythmOf(PERIOD_OF_CODE.get(reported.period) ?? 'year')
  const learnt = row?.rhythm === rhythm ? row : undefined
  return [{ ...reported, place, part: partOf(known, reported, { sourceId, learnt, usual: rhythm, noted: row }) }]
}

interface Found {
  sourceId: number | undefined
  learnt?: FeedRow | undefined
  /** The rhythm where none is learnt. */
  usual?: Rhythm
  noted?: FeedRow | undefined
}

function partOf (
  { rhythms, today }: Known, { serviceId, newest, counts }: Reported,
  { sourceId, learnt, usual, noted = learnt }: Found
): Part {
  const set = rhythms.get(`${sourceId ?? ''} ${serviceId}`)
  const rhythm = set?.rhythm ?? learnt?.rhythm ?? usual ?? null
  const learntAge = learnt !== undefined && learnt.rhythm === rhythm ? learnt.allowed : null
  const allowed = rhythm === null ? null : set?.allowed ?? learntAge ?? allowedAge(rhythm)
  return {
    counts,
    newest,
    arrived: noted === undefined ? undefined : parseDay(noted.arrivedOn),
    rhythm,
    isSet: set !== undefined,
    allowed,
    daysLate: daysLate(newest, today, allowed)
  }
}

function feedOf (directory: Directory, ones: readonly Placed[]): Feed | undefined {
  const [{ authorityId, serviceId, sourceId } = { authorityId: 0, serviceId: 0, sourceId: undefined }] = ones
  const authority = directory.authorityById.get(authorityId)
  const service = directory.serviceById.get(serviceId)
  if (authority === undefined || service === undefined) return undefined
  const source = sourceId === undefined ? undefined : directory.sourceById.get(sourceId)
  const told = leastLate(ones.map(({ part }) => part))
  const arrivals = ones.flatMap(({ part: { arrived } }) => arrived ?? [])
  return {
    authority,
    service,
    source,
    ...told,
    newest: Math.max(...ones.map(({ newest }) => newest)),
    arrived: arrivals.length === 0 ? undefined : Math.max(...arrivals)
  }
}

/**
 * Of several the one that is least late: of those that say what happened, if any does, since a yearly cost says nothing
 * of it. Of two that are in time the newer.
 */
export function leastLate<T extends Pick<Feed, 'counts' | 'daysLate' | 'newest'>> (all: readonly T[]): T {
  const ofWhatHappened = all.filter(({ counts }) => counts)
  const [first, ...others] = ofWhatHappened.length > 0 ? ofWhatHappened : all
  if (first === undefined) throw new TypeError('none of none')
  const rank = ({ daysLate, newest }: T): [number, number] => [daysLate ?? 0, -newest]
  return others.reduce((best, one) => {
    const [[late, age], [bestLate, bestAge]] = [rank(one), rank(best)]
    return late < bestLate || (late === bestLate && age < bestAge) ? one : best
  }, first)
}

/** Which of the two tells how much there was, if that was declared: what else comes makes nothing in time. */
const says = (
  { kpis }: Directory, { authorityId, serviceId }: Pick<Reported, 'authorityId' | 'serviceId'>, today: number
): string | undefined =>
  kpis.basisRanges(authorityId, serviceId, EVENT_TYPES.transaction, { start: today, end: today + 1 })[0]?.basis

function isCount (
  directory: Directory, { serviceId, measureId }: { serviceId: number, measureId: number }
): boolean {
  const service = directory.serviceById.get(serviceId)
  return service !== undefined && EVENT_TYPE_NAMES.some((type) =>
    countMeasures(directory, service, type).some(({ measure }) => measure.id === measureId))
}

// Of a source that was ended nothing is expected where another one goes on.
function withoutEnded (feeds: readonly Feed[]): Feed[] {
  const isEnded = ({ source }: Feed): boolean => source?.removed_at != null
  const nameOf = ({ authority, service }: Feed): string => `${authority.id} ${service.id}`
  const goesOn = new Set(feeds.filter((feed) => !isEnded(feed)).map(nameOf))
  return feeds.filter((feed) => !isEnded(feed) || !goesOn.has(nameOf(feed)))
}

function onlySender (directory: Directory, { authorityId, serviceId }: Reported): number | undefined {
  const [only, ...others] = directory.sources.filter(({ authority_id: own, provider_for: about, services }) =>
    (own === authorityId || about.includes(authorityId)) && services.includes(serviceId))
  const isOfDataSet = only?.name.includes(':') === true
  return others.length === 0 && !isOfDataSet ? only?.id : undefined
}
