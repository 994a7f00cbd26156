import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import type { DisclosureLevel } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import { readCells, type Dimension } from '../../store/series/read-cells.ts'
import { openDisclosure, type Areas, type Disclosure } from '../disclosure/open.ts'
import { typeCode, type SeriesQuery } from './parse.ts'

/** Disclosure control for the groups of one series: ids in the order of the query's `groupBy`. */
export interface SeriesDisclosure {
  /** The value to publish, or undefined where it must not be. */
  shown: (ids: readonly number[], range: Range, value: number) => number | undefined
  /** The keys of groups to list, given those that have cells. */
  listed: (keys: readonly string[]) => string[]
}

export async function openSeriesDisclosure (pool: pg.Pool, directory: Directory, query: SeriesQuery): Promise<SeriesDisclosure> {
  const { authorities, groupBy, filters, periods, today } = query
  const used = new Set<Dimension>([...groupBy, ...Object.keys(filters) as Dimension[]])
  const level: DisclosureLevel = used.has('street') ? 'street' : used.has('ward') ? 'ward' : 'authority'
  const range = { start: periods[0]?.start ?? 0, end: periods.at(-1)?.end ?? 0 }
  const disclosure = await openDisclosure(pool, directory, {
    serviceId: query.service.id,
    type: typeCode(query.type),
    authorityIds: authorities.map(({ id }) => id),
    level,
    breakdown: used.has('channel') ? 'channel' : used.has('outcome') ? 'outcome' : 'total',
    range,
    today,
    seesAll: query.seesAll
  })
  const breakdowns = level === 'authority' ? [] : await publicBreakdowns(pool, query, range)
  const idOf = (ids: readonly number[], dimension: Dimension) => ids[groupBy.indexOf(dimension)]
  return {
    shown: (ids, range, value) => {
      const authorityId = idOf(ids, 'authority')
      const concerned = authorityId === undefined ? authorities.map(({ id }) => id) : [authorityId]
      const areas = areasOf(idOf(ids, 'ward'), idOf(ids, 'street'), filters)
      if (!concerned.every((id) => disclosure.isPublished(id, areas, range))) return undefined
      return disclosure.shown(concerned[0] ?? 0, value)
    },
    listed: (keys) => level === 'authority' ? [...keys] : listAreas(query, disclosure, keys, breakdowns)
  }
}

/** The channels and outcomes that the authorities' own figures show, whatever areas are asked for. */
async function publicBreakdowns (pool: pg.Pool, { service, type, authorities, groupBy, filters }: SeriesQuery, range: Range): Promise<string[]> {
  const dimensions = groupBy.filter((dimension) => !isArea(dimension))
  if (dimensions.length === 0) return ['']
  const others = { ...filters }
  delete others.ward
  delete others.street
  const cells = await readCells(pool, {
    serviceId: service.id,
    type: typeCode(type),
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
 * Every area with anything hidden, and each with all the channels and outcomes that there are in the answer: a row that
 * is left out says 0, and so would give its neighbours away.
 */
function listAreas (
  { authorities, groupBy, filters, periods }: SeriesQuery, disclosure: Disclosure, keys: readonly string[], breakdowns: readonly string[]
): string[] {
  const areaOf = (key: string) => key.split(' ').filter((_, i) => groupBy[i] !== undefined && isArea(groupBy[i])).join(' ')
  const areas = new Set(keys.map(areaOf))
  for (const { id: authority } of authorities) {
    for (const range of periods) {
      for (const { ward, street } of disclosure.hiddenAreas(authority, range)) {
        if (filters.ward?.includes(ward) === false || filters.street?.includes(street) === false) continue
        const ids: Partial<Record<Dimension, number>> = { authority, ward, street }
        areas.add(groupBy.filter(isArea).map((dimension) => ids[dimension]).join(' '))
      }
    }
  }
  return [...areas].flatMap((area) => breakdowns.map((other) => {
    const [fromArea, fromRest] = [area.split(' ').values(), other.split(' ').values()]
    return groupBy.map((dimension) => (isArea(dimension) ? fromArea : fromRest).next().value ?? '').join(' ')
  }))
}
