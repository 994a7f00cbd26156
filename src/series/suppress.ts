import type { Directory } from '../catalogue/directory.ts'
import type { DisclosureLevel } from '../domain/disclosure/index.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import { wholeRange, type Range } from '../domain/period.ts'
import type { Dimension } from './cell.ts'
import { readCells } from './stored-cells.ts'
import { mayHide, openDisclosure, publishesAsIs, type Areas, type Disclosure } from '../disclosure/disclosures.ts'
import type { Breakdown } from '../disclosure/breakdown.ts'
import type { Reader } from '../disclosure/reader.ts'
import { ownersOf } from './owners.ts'
import type { SeriesQuery } from './parse.ts'

/** Disclosure control for the groups of one series. */
export interface SeriesDisclosure {
  /** For one group: ids in the order of the query's `groupBy`. */
  of: (ids: readonly number[]) => GroupDisclosure
  /** By how much, at most, a value that is published is more than what it was. */
  margin: () => number
  /** The keys of groups to list, given those that have cells. */
  listed: (keys: readonly string[]) => string[]
}

export interface GroupDisclosure {
  isPublished: (range: Range) => boolean
  /** A value as it is published. */
  rounded: (value: number) => number
}

/** The finest area that a question tells apart, and how it breaks that down. */
export function levelOf ({ groupBy, filters }: SeriesQuery): { level: DisclosureLevel, breakdown: Breakdown } {
  const used = new Set<Dimension>([...groupBy, ...Object.keys(filters) as Dimension[]])
  return {
    level: used.has('street') ? 'street' : used.has('ward') ? 'ward' : 'authority',
    breakdown: used.has('channel') ? 'channel' : used.has('outcome') ? 'outcome' : 'total'
  }
}

/** Whether anything that the reader asks for may have to be hidden. */
export function mayBeSuppressed (reader: Reader, directory: Directory, query: SeriesQuery): boolean {
  return query.authorities.some(({ id }) => mayHide(directory, reader, id, query.service.id, levelOf(query).level))
}

export async function openSeriesDisclosure (
  reader: Reader, directory: Directory, query: SeriesQuery
): Promise<SeriesDisclosure> {
  const { authorities, groupBy, filters, periods, today } = query
  const { level, breakdown } = levelOf(query)
  if (authorities.every(({ id }) => publishesAsIs(directory, reader, id, query.service.id, level))) return AS_IT_IS
  const range = wholeRange(periods)
  const disclosure = await openDisclosure(reader, directory, {
    serviceId: query.service.id,
    type: EVENT_TYPES[query.type],
    authorityIds: authorities.map(({ id }) => id),
    level,
    range,
    today
  })
  const hides = level !== 'authority' && mayBeSuppressed(reader, directory, query)
  const breakdowns = hides ? await publicBreakdowns(reader, query, range) : []
  const [atAuthority, atWard, atStreet] = [
    groupBy.indexOf('authority'), groupBy.indexOf('ward'), groupBy.indexOf('street')
  ]
  const all = authorities.map(({ id }) => id)
  // What is of several authorities is as coarse as the coarsest of them: else naming another one first would show it as
  // it is.
  const roundTo = (id: number): number =>
    reader.seesAll(id) ? 0 : directory.disclosureRule(id, query.service.id, level).roundTo ?? 0
  const coarsest = (ids: readonly number[]): number =>
    ids.reduce((found, id) => roundTo(id) > roundTo(found) ? id : found, ids[0] ?? 0)
  const coarsestOfAll = coarsest(all)
  return {
    of: (ids) => {
      const authorityId = ids[atAuthority]
      const concerned = authorityId === undefined ? all : [authorityId]
      const owners = ownersOf(directory, query, ids)
      const rounding = owners === undefined ? coarsestOfAll : coarsest(owners)
      const areas = areasOf(ids[atWard], ids[atStreet], filters)
      return {
        isPublished: (range) => concerned.every((id) => disclosure.isPublished(id, areas, range, breakdown)),
        rounded: (value) => disclosure.shown(rounding, value)
      }
    },
    margin: () => roundTo(coarsestOfAll),
    listed: (keys) => hides ? listAreas(query, disclosure, keys, breakdowns) : [...keys]
  }
}

const OPEN: GroupDisclosure = { isPublished: () => true, rounded: (value) => value }
const AS_IT_IS: SeriesDisclosure = { of: () => OPEN, margin: () => 0, listed: (keys) => [...keys] }

/** The channels and outcomes that the authorities' own figures show, whatever areas are asked for. */
async function publicBreakdowns (
  { client }: Reader, { service, type, authorities, groupBy, filters }: SeriesQuery, range: Range
): Promise<string[]> {
  const dimensions = groupBy.filter((dimension) => !isArea(dimension))
  if (dimensions.length === 0) return ['']
  const others = { ...filters }
  delete others.ward
  delete others.street
  const cells = await readCells(client, {
    serviceId: service.id,
    type: EVENT_TYPES[type],
    authorityIds: authorities.map(({ id }) => id),
    groupBy: dimensions,
    filters: others,
    starts: [range.start],
    end: range.end
  })
  return cells.map((cell) => dimensions.map((dimension) => cell[dimension]).join(' '))
}

function isArea (dimension: Dimension): boolean {
  return dimension !== 'channel' && dimension !== 'outcome'
}

function areasOf (ward: number | undefined, street: number | undefined, filters: SeriesQuery['filters']): Areas {
  const wards = ward === undefined ? filters.ward : [ward]
  const streets = street === undefined ? filters.street : [street]
  return { ...(wards && { wards }), ...(streets && { streets }) }
}

/**
 * Every area with anything hidden, and each with all the channels and outcomes that there are, be it in the
 * authorities' own figures or (where councils send counts) in the answer: a row that is left out says 0, and so would
 * give its neighbours away.
 */
function listAreas (
  query: SeriesQuery, disclosure: Disclosure, keys: readonly string[], breakdowns: readonly string[]
): string[] {
  const { authorities, groupBy, filters, periods } = query
  const { breakdown } = levelOf(query)
  const apart = groupBy.some(isArea)
  const areasAlone = groupBy.every(isArea)
  const idsOf = (key: string, ofArea: boolean): string =>
    key.split(' ').filter((_, i) => groupBy[i] !== undefined && isArea(groupBy[i]) === ofArea).join(' ')
  const areas = new Set(areasAlone ? keys : keys.map((key) => idsOf(key, true)))
  for (const { id: authority } of authorities) {
    if (!apart && areas.size > 0) break // all areas together are listed already
    for (const range of periods) {
      for (const { ward, street } of disclosure.hiddenAreas(authority, range, breakdown)) {
        if (filters.ward?.includes(ward) === false || filters.street?.includes(street) === false) continue
        const ids: Partial<Record<Dimension, number>> = { authority, ward, street }
        areas.add(groupBy.filter(isArea).map((dimension) => ids[dimension]).join(' '))
      }
    }
  }
  if (areasAlone) return [...areas]
  const others = new Set([...breakdowns, ...keys.map((key) => idsOf(key, false))])
  return [...areas].flatMap((area) =>
    [...others].map((other) => {
      const [fromArea, fromRest] = [area.split(' ').values(), other.split(' ').values()]
      return groupBy.map((dimension) => (isArea(dimension) ? fromArea : fromRest).next().value ?? '').join(' ')
    })
  )
}
