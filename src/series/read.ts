import { breaksIn, brokenOn, type Break } from '../catalogue/breaks.ts'
import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import { largestOf, type Making } from '../domain/largest.ts'
import { periodStart, wholeRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { ProblemError } from '../errors.ts'
import type { CellQuery, Dimension } from './cell.ts'
import { finestUnit, type Dimension as RollupDimension } from '../rollups/index.ts'
import { atOneState, type Reader } from '../disclosure/reader.ts'
import type { MixedCell } from './mixed-cells.ts'
import { readSeriesCells } from './cells.ts'
import { compareNames, nameOf } from './names.ts'
import { ownersOf } from './owners.ts'
import type { SeriesQuery } from './parse.ts'
import { mayBeSuppressed, openSeriesDisclosure, type SeriesDisclosure } from './suppress.ts'
import { fill, suppressed, whileThere, type SeriesValue } from './values.ts'

/** Values of one group, one for each period, aligned over all groups. */
export interface Series { group: Partial<Record<Dimension, string>>, values: SeriesValue[] }

/** Reads a series: gaps filled, every value with a status, groups in the order of their names. */
export async function readSeries (
  reader: Reader, directory: Directory, query: SeriesQuery
): Promise<{ series: Series[], breaks: Break[] }> {
  checkDimensions(query)
  const expected = query.top === undefined ? expectedGroups(directory, query) : []
  checkSize(expected.length, query) // before anything is read
  const asked: CellQuery = {
    serviceId: query.service.id,
    type: EVENT_TYPES[query.type],
    authorityIds: query.authorities.map(({ id }) => id),
    groupBy: query.groupBy,
    filters: query.filters,
    starts: query.periods.map(({ start }) => start),
    end: query.periods.at(-1)?.end ?? 0
  }
  const [{ cells, reported }, disclosure] = await atOneState(
    reader,
    mayBeSuppressed(reader, directory, query),
    async (reader) =>
      await Promise.all([
        readSeriesCells(reader, directory, query, asked), openSeriesDisclosure(reader, directory, query)
      ])
  )
  const groups = Map.groupBy(cells, (cell) => query.groupBy.map((dimension) => cell[dimension]).join(' '))
  const byWard = query.groupBy.includes('ward')
  const breaks = byWard ? breaksIn(directory, query.authorities, wholeRange(query.periods)) : []
  // Of the hundreds of authorities side by side most may be silent: their values are the same ones.
  const silence = new Map([true, false].map((delivered) => [delivered, fill(query, [], () => false, delivered)]))
  const deliver = remembered((authorityId: number | undefined) => delivers(directory, query, authorityId))
  const make = remembered((key: string): Found => {
    const ids = key === '' ? [] : key.split(' ').map(Number)
    const ofGroup = groups.get(key)
    const owners = ownersOf(directory, query, ids)
    const delivered = (owners ?? [undefined]).some(deliver)
    const control = disclosure.of(ids)
    const published = ofGroup === undefined && !reported.ever(owners)
      ? silence.get(delivered) ?? []
      : fill(query, ofGroup ?? [], (period) => reported.in(period, owners), delivered).map((value) =>
        suppressed(value, control)
      )
    const wards = byWard ? [ids[query.groupBy.indexOf('ward')] ?? 0] : query.filters.ward
    const there = wards === undefined ? published : published.map((value) => whileThere(directory, wards, value))
    return {
      ids,
      values: breaks.length === 0
        ? there
        : there.map((value) => ({ ...value, brokenOn: brokenOn(breaks, value.range, owners?.[0]) }))
    }
  })
  const names = remembered(({ ids }: Found) =>
    query.groupBy.map((dimension, i) => nameOf(directory, dimension, ids[i] ?? 0))
  )
  const compare = (a: Found, b: Found): number => compareNames(names(a), names(b))
  const all = (): Found[] => {
    const keys = disclosure.listed([...new Set([...expected, ...groups.keys()])])
    checkSize(keys.length, query)
    return keys.map(make).sort(compare)
  }
  const largest = (top: number): Found[] => {
    checkSize(Math.min(top, groups.size), query)
    return largestGroups(top, groups, disclosure, { make, compare })
  }
  const listed = query.top === undefined ? all() : largest(query.top)
  return {
    series: listed.map((one) => ({
      group: Object.fromEntries(query.groupBy.map((dimension, i) => [dimension, names(one)[i] ?? UNKNOWN])),
      values: one.values
    })),
    breaks
  }
}

interface Found { ids: number[], values: SeriesValue[] }

/** Values of an answer: each takes some 70 bytes of it, and as many while it is made. */
export const MOST_VALUES = 200_000

function checkSize (groups: number, { periods }: SeriesQuery): void {
  const values = groups * periods.length
  if (values > MOST_VALUES) {
    throw new ProblemError(
      'invalid-request',
      `That is ${values} values; ask for at most ${MOST_VALUES}: fewer authorities or groups, longer periods or a ` +
        'shorter range.'
    )
  }
}

/**
 * What is hidden counts nothing, or the order would tell of it. It is looked for only where less than `top` have
 * anything to show.
 */
function largestGroups (
  top: number,
  groups: ReadonlyMap<string, MixedCell[]>,
  { listed, margin }: SeriesDisclosure,
  making: Pick<Making<string, Found>, 'make' | 'compare'>
): Found[] {
  const above = margin()
  const atMost = (key: string): number => (groups.get(key) ?? []).reduce((sum, { count }) => sum + count + above, 0)
  const among = (keys: readonly string[]): Found[] => largestOf(keys, top, { ...making, atMost, sumOf: total })
  const shown = among([...groups.keys()])
  const least = shown[top - 1]
  return least !== undefined && total(least) > 0 ? shown : among(listed([...groups.keys()]))
}

const total = ({ values }: Found): number => values.reduce((sum, { value }) => sum + (value ?? 0), 0)

function checkDimensions ({ groupBy, filters, period, periods }: SeriesQuery): void {
  const unit = finestUnit([
    ...groupBy.filter((one) => one !== 'authority'), ...Object.keys(filters) as RollupDimension[]
  ])
  if (unit === undefined) {
    throw new ProblemError(
      'invalid-request', 'Streets are kept by month, ward and outcome: they cannot be split or filtered by channel.'
    )
  }
  if (unit !== 'month') return
  if (period === 'day' || period === 'week') {
    throw new ProblemError('invalid-request', 'Streets are kept by month: ask for months or longer periods.')
  }
  if (periods.some(({ start, end }) => !isMonthStart(start) || !isMonthStart(end))) {
    throw new ProblemError(
      'invalid-request', 'Streets are kept by month: start_on must be the first day of a month and end_on the last.'
    )
  }
}

const isMonthStart = (day: number): boolean => periodStart('month', day) === day

function delivers (
  directory: Directory, { authorities, service }: SeriesQuery, authorityId: number | undefined
): boolean {
  const one = authorityId === undefined ? undefined : directory.authorityById.get(authorityId)
  const concerned = one === undefined ? authorities : [one]
  return concerned.some((authority) => directory.provision(authority, service).delivers !== 'no')
}

// Authorities asked for are listed even if silent, and so are the wards of the days asked for: a ward without a missed
// bin is a figure. Which channels or streets there might have been is not known.
function expectedGroups (directory: Directory, { groupBy, authorities, periods, filters }: SeriesQuery): string[] {
  if (groupBy.length === 0) return ['']
  if (groupBy.length === 1 && groupBy[0] === 'authority') return authorities.map(({ id }) => String(id))
  if (groupBy.length !== 1 || groupBy[0] !== 'ward') return []
  const { start: from, end: to } = wholeRange(periods)
  return authorities.flatMap((authority) => directory.areasOf(authority))
    .filter((area) =>
      area.from < to && area.to >= from && (filters.ward === undefined || filters.ward.includes(area.id))
    ).map(({ id }) => String(id))
}
