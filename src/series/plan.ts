import { breaksIn, mergersIn, type Break } from '../catalogue/breaks.ts'
import type { Directory } from '../catalogue/directory.ts'
import type { Breakdown } from '../disclosure/breakdown.ts'
import type { GateQuestion } from '../disclosure/gate.ts'
import { maySuppress, publishesAsIs, readsReleases } from '../disclosure/rules.ts'
import type { Viewer } from '../disclosure/session.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import { wholeRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { checkDimensions } from './check-dimensions.ts'
import { checkSize } from './check-size.ts'
import { closedGroups } from './details/closed-groups.ts'
import { dimensionsOf } from './dimensions.ts'
import type { Dimension, SumQuery } from './sum-query.ts'
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
  /** Counts of events; details of events: amounts, durations, attributes, and how many there are; or observations. */
  reads: Reads
  /** Authorities whose figures the viewer reads from releases; those of all others, in `sums`, are live. */
  released: number[]
  /** Authorities whose details the viewer may not see: they are not read. */
  closed: number[]
  /** Keys of the groups that there may be of those: no list of groups may tell what there is. */
  closedGroups: string[]
  /** Whether observations of the whole financial year are needed to decide what may be shown. */
  maySuppress: boolean
  /** Keys of the groups that are listed even where nothing was reported: ids in the order of `groupBy`. */
  expected: string[]
  /** Days on which wards change, if figures are by ward, and on which predecessors gave way, if they are added. */
  breaks: Break[]
}

export type Reads = 'counts' | 'details' | 'observed'

/** Throws `ProblemError` where no rollup answers the question, or the answer would be too large. */
export function planSeries (viewer: Viewer, directory: Directory, query: SeriesQuery): SeriesPlan {
  const dimensions = dimensionsOf(query)
  checkDimensions(query, dimensions)
  const expected = query.top === undefined ? expectedGroups(directory, query) : []
  checkSize(expected.length, query)
  const { service, authorities, groupBy, filters, periods, today } = query
  const used = new Set<Dimension>(dimensions)
  const level = levelOf(used)
  const type = EVENT_TYPES[query.type]
  const authorityIds = authorities.map(({ id }) => id)
  const reads = readsOf(query)
  refusePrivate(viewer, query)
  const released = reads === 'counts' ? authorityIds.filter((id) => readsReleases(viewer, id, level)) : []
  const closed = reads === 'details'
    ? authorityIds.filter((id) => !publishesAsIs(directory, viewer, id, service.id, level))
    : []
  const range = wholeRange(periods)
  const breakdown = used.has('channel') ? 'channel' : used.has('outcome') ? 'outcome' : 'total'
  const isSplit = breakdown !== 'total' || query.attribute !== undefined
  const types = reads === 'counts' ? [type] : []
  const listsYears = level === 'street' || (level === 'ward' && isSplit)
  return {
    directory,
    query,
    sums: {
      serviceId: service.id,
      type,
      authorityIds: authorityIds.filter((id) => !released.includes(id) && !closed.includes(id)),
      groupBy: groupBy.filter((dimension) => dimension !== 'attribute'),
      filters,
      starts: periods.map(({ start }) => start),
      end: range.end
    },
    gate: { serviceId: service.id, types, authorityIds, level, range, listsYears, today },
    breakdown,
    reads,
    released,
    closed,
    closedGroups: closedGroups(directory, query, closed),
    maySuppress: authorityIds.some((id) => maySuppress(directory, viewer, id, service.id)),
    expected,
    breaks: [
      ...mergersIn(directory, query, range),
      ...groupBy.includes('ward') ? breaksIn(directory, authorities, range) : []
    ]
  }
}

// An attribute whose breakdown is not public is for those who see everything of the authorities.
function refusePrivate ({ seesAll }: Viewer, { attribute, authorities }: SeriesQuery): void {
  if (attribute?.declared.published !== false || authorities.every(({ id }) => seesAll(id))) return
  throw new ProblemError(
    'forbidden',
    `The breakdown by ${attribute.declared.name} is not public: ask with a token that has the right \`unsuppressed\`.`
  )
}

/** Whether new events do not change the answer: all figures are from releases, closed to the viewer, or observed. */
export function isWithoutEvents (viewer: Viewer, directory: Directory, query: SeriesQuery): boolean {
  const level = levelOf(new Set(dimensionsOf(query)))
  const reads = readsOf(query)
  return reads === 'observed' || query.authorities.every(({ id }) =>
    reads === 'counts'
      ? readsReleases(viewer, id, level)
      : !publishesAsIs(directory, viewer, id, query.service.id, level)
  )
}

const readsOf = ({ measure: { kind }, attribute }: SeriesQuery): Reads =>
  kind === 'observed' ? 'observed' : kind === 'count' && attribute === undefined ? 'counts' : 'details'

const levelOf = (used: ReadonlySet<Dimension>): DisclosureLevel =>
  used.has('street') ? 'street' : used.has('ward') ? 'ward' : 'authority'

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
