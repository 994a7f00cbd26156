import { breaksIn, mergersIn, type Break } from '../catalogue/breaks.ts'
import type { Directory } from '../catalogue/directory.ts'
import type { Breakdown } from '../disclosure/breakdown.ts'
import type { GateQuestion } from '../disclosure/gate.ts'
import { maySuppress, readsReleases } from '../disclosure/rules.ts'
import type { Viewer } from '../disclosure/session.ts'
import { checkCount } from '../domain/cost.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import { periodStart, wholeRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { finestUnit, type Dimension as RollupDimension } from '../rollups/index.ts'
import type { SumQuery, Dimension } from './sum-query.ts'
import type { SeriesQuery } from './parse.ts'

/** What to read for a question, and how to publish it. */
export interface SeriesPlan {
  directory: Directory
  query: SeriesQuery
  /** The sums of events to ask for. */
  sums: SumQuery
  gate: GateQuestion
  /** How figures are broken down beside their area. */
  breakdown: Breakdown
  /** Authorities whose figures the viewer reads from releases; those of all others, in `sums`, are live. */
  released: number[]
  /** Whether observations of the whole financial year are needed to decide what may be shown. */
  maySuppress: boolean
  /** Keys of the groups that are listed even where nothing was reported: ids in the order of `groupBy`. */
  expected: string[]
  /** Days on which wards change, if figures are by ward, and on which predecessors gave way, if they are added. */
  breaks: Break[]
}

/** Throws `ProblemError` where no rollup answers the question, or the answer would be too large. */
export function planSeries (viewer: Viewer, directory: Directory, query: SeriesQuery): SeriesPlan {
  checkDimensions(query)
  const expected = query.top === undefined ? expectedGroups(directory, query) : []
  checkSize(expected.length, query)
  const { service, authorities, groupBy, filters, periods, today } = query
  const used = new Set<Dimension>(dimensionsOf(query))
  const level = levelOf(used)
  const type = EVENT_TYPES[query.type]
  const authorityIds = authorities.map(({ id }) => id)
  const released = authorityIds.filter((id) => readsReleases(viewer, id, level))
  const range = wholeRange(periods)
  const breakdown = used.has('channel') ? 'channel' : used.has('outcome') ? 'outcome' : 'total'
  const listsYears = level === 'street' || (level === 'ward' && breakdown !== 'total')
  return {
    directory,
    query,
    sums: {
      serviceId: service.id,
      type,
      authorityIds: authorityIds.filter((id) => !released.includes(id)),
      groupBy,
      filters,
      starts: periods.map(({ start }) => start),
      end: range.end
    },
    gate: { serviceId: service.id, types: [type], authorityIds, level, range, listsYears, today },
    breakdown,
    released,
    maySuppress: authorityIds.some((id) => maySuppress(directory, viewer, id, service.id)),
    expected,
    breaks: [
      ...mergersIn(directory, query, range),
      ...groupBy.includes('ward') ? breaksIn(directory, authorities, range) : []
    ]
  }
}

/** Whether the viewer reads all figures of a question from releases, so that new events do not change its answer. */
export function readsReleasesAlone (viewer: Viewer, query: SeriesQuery): boolean {
  const level = levelOf(new Set(dimensionsOf(query)))
  return query.authorities.every(({ id }) => readsReleases(viewer, id, level))
}

const levelOf = (used: ReadonlySet<Dimension>): DisclosureLevel =>
  used.has('street') ? 'street' : used.has('ward') ? 'ward' : 'authority'

/** The dimensions that a question groups or filters by. */
export function dimensionsOf ({ groupBy, filters }: Pick<SeriesQuery, 'groupBy' | 'filters'>): Dimension[] {
  return [...groupBy, ...Object.keys(filters) as Dimension[]]
}

/** Whether a dimension says where events were, not what they were. */
export function isArea (dimension: Dimension): boolean {
  return dimension !== 'channel' && dimension !== 'outcome'
}

/** The most values of an answer: each takes some 70 bytes in the answer, and as many more while it is made. */
export const MOST_VALUES = 200_000

/** Throws `ProblemError` where the groups would have more than `MOST_VALUES` values. */
export function checkSize (groups: number, { periods }: SeriesQuery): void {
  checkCount(
    groups * periods.length,
    MOST_VALUES,
    `values of ${groups} groups over ${periods.length} periods`,
    'fewer authorities or groups, longer periods or a shorter range'
  )
}

function checkDimensions (query: SeriesQuery): void {
  const unit = finestUnit(dimensionsOf(query).filter((one): one is RollupDimension => one !== 'authority'))
  if (unit === undefined) {
    throw new ProblemError(
      'invalid-request', 'Streets are kept by month, ward and outcome: they cannot be split or filtered by channel.'
    )
  }
  if (unit !== 'month') return
  if (query.period === 'day' || query.period === 'week') {
    throw new ProblemError('invalid-request', 'Streets are kept by month: ask for months or longer periods.')
  }
  if (query.periods.some(({ start, end }) => !isMonthStart(start) || !isMonthStart(end))) {
    throw new ProblemError(
      'invalid-request', 'Streets are kept by month: start_on must be the first day of a month and end_on the last.'
    )
  }
}

const isMonthStart = (day: number): boolean => periodStart('month', day) === day

// List the authorities asked for even if silent, and the wards of the days asked for: a ward without a missed bin is a
// figure. Which channels or streets there might have been is not known. Nor is who delivers some services: of those
// nobody is listed unasked.
function expectedGroups (
  directory: Directory, { groupBy, authorities, named, isNamed, service, periods, filters }: SeriesQuery
): string[] {
  if (groupBy.length === 0) return ['']
  if (groupBy.length === 1 && groupBy[0] === 'authority') {
    return named.filter((authority) => isNamed || directory.provision(authority, service).delivers !== 'unknown')
      .map(({ id }) => String(id))
  }
  if (groupBy.length !== 1 || groupBy[0] !== 'ward') return []
  const { start: from, end: to } = wholeRange(periods)
  const areas = authorities.flatMap((authority) => directory.areasOf(authority))
    .filter((area) =>
      area.from < to && area.to >= from && (filters.ward === undefined || filters.ward.includes(area.id))
    )
  return [...new Set(areas.map(({ id }) => String(id)))]
}
