import { isUnknown, type Authority, type Directory } from '../catalogue/directory.ts'
import { localDay } from '../domain/calendar.ts'
import { periodStart, toWireRange, type Period } from '../domain/period.ts'
import { mapInSlices } from '../domain/slices.ts'
import type { Session } from '../disclosure/session.ts'
import { readHoldings } from '../rollups/index.ts'
import type { Fact } from './ask.ts'
import { factsOf } from './facts.ts'
import { allDays, extentsOf, seesWhole, type Extents, type Place } from './place.ts'
import { changedServices, observedServices } from './store/places.ts'
import type { Watermark } from './watermark.ts'

/** What an export of series is of. */
export interface SeriesExport {
  session: Session
  /** The catalogue in force, asked anew for each authority: an export takes longer than an embargo may wait. */
  directory: () => Directory
  clock: () => number
  period: Period
  /** Only these; undefined: all. */
  authorities?: ReadonlySet<number> | undefined
  services?: ReadonlySet<number> | undefined
  measures?: ReadonlySet<string> | undefined
  /** Where to begin: slugs. */
  from?: { authority: string, service: string } | undefined
  /** Only places that may have changed since. */
  since?: Watermark | undefined
  /** Gives way to others, between two questions. */
  rest: () => Promise<void>
}

/** A row, in the order of `SERIES_COLUMNS`. */
export type Row = unknown[]

export const SERIES_COLUMNS = [
  'authority', 'authority_gss', 'service', 'type', 'measure', 'statistic', 'unit', 'period', 'start_on', 'end_on',
  'dimension', 'member', 'value', 'status'
] as const

/**
 * The rows of all figures that somebody may see, some at a time: by the slugs of authorities and services, each place
 * whole. It holds what one question of one place answers, and a connection for as long as a statement takes.
 */
export async function * seriesRows (asked: SeriesExport): AsyncGenerator<Row[]> {
  const { from, authorities: wanted } = asked
  const order = asked.directory().everyAuthority.map(({ id, slug }) => ({ id, slug })).sort(bySlug)
  for (const { id, slug } of order) {
    if ((from !== undefined && slug < from.authority) || wanted?.has(id) === false) continue
    const directory = asked.directory()
    const authority = directory.authorityById.get(id)
    if (authority === undefined) continue
    for await (const facts of rowsOfAuthority(asked, directory, authority)) yield facts
  }
}

const bySlug = (a: { slug: string }, b: { slug: string }): number => a.slug < b.slug ? -1 : a.slug > b.slug ? 1 : 0

async function * rowsOfAuthority (
  asked: SeriesExport, directory: Directory, authority: Authority
): AsyncGenerator<Row[]> {
  const { session, services: wanted, from, since } = asked
  const client = session.pool.within({ authorityIds: [authority.id] })
  const [events, figures, changed] = await Promise.all([
    readHoldings(client, authority.id),
    observedServices(client, authority.id),
    since === undefined ? undefined : changedServices(client, authority.id, since.xmins)
  ])
  // What was withdrawn since is held no more, and changed.
  const ids = new Set([...events.map(({ serviceId }) => serviceId), ...figures, ...changed ?? []])
  const services = [...ids].flatMap((id) => directory.serviceById.get(id) ?? []).sort(bySlug)
  for (const service of services) {
    const isBefore = authority.slug === from?.authority && service.slug < from.service
    if (isBefore || wanted?.has(service.id) === false || isUnknown(directory.service(service.slug))) continue
    yield * rowsOfPlace(asked, directory, { authority, service }, changed)
  }
}

async function * rowsOfPlace (
  asked: SeriesExport, directory: Directory, place: Place, changed: ReadonlySet<number> | undefined
): AsyncGenerator<Row[]> {
  const { session, period, clock, since, measures } = asked
  const now = clock()
  const extents = await extentsOf({ session, directory }, place)
  // Of a place that is seen in part, that it had changed would tell when, and how often, something is sent.
  const isOpen = seesWhole(session.viewer, directory, place)
  const mayDiffer = since === undefined || changed === undefined || !isOpen || changed.has(0) ||
    changed.has(place.service.id) || hasPassed({ ...asked, since }, directory, place, extents)
  if (!mayDiffer) return
  let isEmpty = true
  for await (const facts of factsOf({ session, directory, period, now, measures }, place, extents)) {
    if (facts.length > 0) {
      isEmpty = false
      yield await mapInSlices(facts, (fact) => rowOf(place, period, fact))
    }
    await asked.rest()
  }
  // Whoever has rows of it should know that there are none any more. Of what is not published it would say too much.
  if (since !== undefined && isEmpty && isOpen) yield [nothingOf(place, period)]
}

/** Whether a period ended since, whose value is not provisional any more, or something was published by itself. */
function hasPassed (
  { period, since, clock }: SeriesExport & { since: Watermark }, directory: Directory, { authority }: Place,
  extents: Extents
): boolean {
  const now = clock()
  const running = periodStart(period, localDay(since.at))
  const hasEnded = running !== periodStart(period, localDay(now)) &&
    allDays(extents).some(({ end }) => end > running)
  return hasEnded || directory.publication.rules.some(({ authority_id: id, publish_at: at }) =>
    id === authority.id && at !== null && at.getTime() > since.at && at.getTime() <= now)
}

const keyOf = ({ authority, service }: Place): string[] => [authority.slug, authority.gss ?? '', service.slug]

function rowOf (place: Place, period: Period, fact: Fact): Row {
  const { type, measure, statistic, unit, range, dimension, member, value, status } = fact
  const { start_on: startOn, end_on: endOn } = toWireRange(range)
  return [...keyOf(place), type, measure, statistic, unit, period, startOn, endOn, dimension, member, value, status]
}

const nothingOf = (place: Place, period: Period): Row =>
  [...keyOf(place), null, null, null, null, period, null, null, 'none', null, null, 'missing']
