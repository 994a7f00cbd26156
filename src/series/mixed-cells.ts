import type { Authority, Directory } from '../catalogue/directory.ts'
import type { Segment } from '../catalogue/kpi-directory.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import type { Figure } from '../domain/kpi/cover.ts'
import type { Range } from '../domain/period.ts'
import { readFigures } from '../observations/store/read.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'
import { readCells } from './stored-cells.ts'
import type { Reader } from '../disclosure/reader.ts'
import type { Counting } from '../observations/figures/counting.ts'
import { FigureBook } from '../observations/figures/figure-book.ts'
import { FIGURE_MARGIN, HiddenFigures } from '../disclosure/hidden-figures.ts'
import { levelOf, mayBeSuppressed } from './suppress.ts'
import { tellCounts, type Portion } from './tell-counts.ts'
import type { SeriesQuery } from './parse.ts'
import { Reported } from './reported.ts'

/** Figures that a value is made of, with or without events; `hidden` if the reader may not see them. */
export interface Counted { basis: 'counts' | 'both', figures: Figure[], hidden: boolean }
export interface MixedCell extends Cell { counted?: Counted }
export interface Cells { cells: MixedCell[], reported: Reported }

/** The events (`any` at all?) or the figures of some days, by group: never both. */
interface Told { by: 'events' | 'counts', any: boolean, groups: Map<string, Portion[]> }

/**
 * The cells of a question where authorities send counts instead of events, or changed from one to the other. A period's
 * sum takes each stretch of it from what holds there; where figures do not cover their stretch whole there is no cell.
 */
export async function readMixedCells (
  reader: Reader, directory: Directory, query: SeriesQuery, asked: CellQuery, counting: readonly Counting[]
): Promise<Cells> {
  const { client } = reader
  const dimensions = new Set<Dimension>([...query.groupBy, ...Object.keys(query.filters) as Dimension[]])
  dimensions.delete('authority')
  const stretches =
    new Map(query.authorities.map((
      authority
    ) => [authority, query.periods.map((range) => stretchesOf(directory, query, authority, range, dimensions))]))
  const starts = [...new Set([...stretches.values()].flat(2).map(({ start }) => start))].sort((a, b) => a - b)
  const byAuthority: CellQuery = {
    ...asked, groupBy: ['authority', ...asked.groupBy.filter((dimension) => dimension !== 'authority')], starts
  }
  const margin = mayBeSuppressed(reader, directory, query) ? FIGURE_MARGIN : 0
  const [events, all, figures] = await Promise.all([
    readCells(client, byAuthority),
    readCells(client, { ...byAuthority, groupBy: ['authority'], filters: {} }),
    readFigures(client, {
      authorityIds: asked.authorityIds,
      serviceId: asked.serviceId,
      measureIds: counting.map(({ measure }) => measure.id),
      from: (asked.starts[0] ?? 0) - margin,
      to: asked.end + margin
    })
  ])
  const book = new FigureBook(directory, figures)
  const hidden = new HiddenFigures({ reader, directory, service: query.service, level: levelOf(query).level })
  const placeOf = ({ authority = 0, period }: Cell): string => `${authority} ${starts[period] ?? 0}`
  const eventsAt = Map.groupBy(events, placeOf)
  const anyAt = new Set(all.map(placeOf))
  const byGroup = (portions: Portion[]): Told['groups'] => Map.groupBy(portions, ({ ids }) => keyOf(query.groupBy, ids))
  const tell = (authority: Authority, stretch: Segment): Told => {
    const places = starts.filter((start) => start >= stretch.start && start < stretch.end).map((start) =>
      `${authority.id} ${start}`
    )
    const any = places.some((place) => anyAt.has(place))
    if (stretch.basis === 'events' || (stretch.basis === 'undeclared' && any)) {
      return {
        by: 'events',
        any,
        groups: byGroup(places.flatMap((place) =>
          eventsAt.get(place) ?? []
        ).map((ids) => ({ ids, count: ids.count, whole: true, used: [], hidden: false })))
      }
    }
    return {
      by: 'counts',
      any: false,
      groups:
        byGroup(tellCounts({ book, counting, hidden }, authority, stretch, dimensions).filter(({ ids }) =>
          fits(ids, query.filters)
        ))
    }
  }

  const reported = new Reported()
  const cells = [...stretches].flatMap(([authority, periods]) =>
    periods.flatMap((ofPeriod, period) => {
      const told = ofPeriod.map((stretch) => tell(authority, stretch))
      if (told.some(({ any }) => any) && told.every(({ by }) => by === 'events')) reported.add(authority.id, period)
      return addUp(query.groupBy, period, told)
    })
  )
  return { cells: merge(query.groupBy, cells), reported }
}

/**
 * Streets are kept by month, so a period of theirs is not cut: it has no figures and, where counts hold for a part of
 * it, no events.
 */
function stretchesOf (
  directory: Directory,
  { service, type }: SeriesQuery,
  { id }: Authority,
  range: Range,
  dimensions: ReadonlySet<Dimension>
): Segment[] {
  const segments = directory.kpis.segments(id, service.id, EVENT_TYPES[type], range)
  if (!dimensions.has('street')) return segments
  return [{ ...range, basis: segments.some(({ basis }) => basis === 'counts') ? 'counts' : 'events' }]
}

function fits (ids: Portion['ids'], filters: SeriesQuery['filters']): boolean {
  return Object.entries(filters).every(([dimension, wanted]) => wanted.includes(ids[dimension as Dimension] ?? 0))
}

const keyOf = (groupBy: readonly Dimension[], ids: Portion['ids']): string =>
  groupBy.map((dimension) => ids[dimension]).join(' ')

/**
 * One authority's cells of a period. What figures do not say of a group, or not for all their days, leaves the group
 * without.
 */
function addUp (groupBy: readonly Dimension[], period: number, told: readonly Told[]): MixedCell[] {
  const basis = told.some(({ any }) => any) ? 'both' : 'counts'
  return [...new Set(told.flatMap(({ groups }) => [...groups.keys()]))].flatMap((key): MixedCell[] => {
    if (told.some(({ by, groups }) => by === 'counts' && groups.get(key)?.every(({ whole }) => whole) !== true)) {
      return []
    }
    const portions = told.flatMap(({ groups }) => groups.get(key) ?? [])
    const ids = Object.fromEntries(groupBy.map((dimension) => [dimension, portions[0]?.ids[dimension] ?? 0]))
    const figures = portions.flatMap(({ used }) => used)
    const count = portions.reduce((sum, { count }) => sum + count, 0)
    return [{
      ...ids,
      period,
      count,
      ...(figures.length > 0 && { counted: { basis, figures, hidden: portions.some((portion) => portion.hidden) } })
    }]
  })
}

/** Authorities added up, where they are not told apart. */
function merge (groupBy: readonly Dimension[], cells: readonly MixedCell[]): MixedCell[] {
  return [...Map.groupBy(cells, (cell) => `${cell.period} ${keyOf(groupBy, cell)}`).values()]
    .flatMap((same): MixedCell[] => {
      const [first] = same
      if (first === undefined || same.length === 1) return same
      const counted = same.flatMap((cell) => cell.counted ?? [])
      const basis = counted.length === same.length && counted.every((one) => one.basis === 'counts') ? 'counts' : 'both'
      return [{
        ...first,
        count: same.reduce((sum, { count }) => sum + count, 0),
        ...(counted.length > 0 &&
          {
            counted: {
              basis, figures: counted.flatMap(({ figures }) => figures), hidden: counted.some((one) => one.hidden)
            }
          })
      }]
    })
}
