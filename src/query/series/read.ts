import { breaksIn, brokenOn, existsIn, ownerOf, type Break } from '../../catalogue/breaks.ts'
import { UNKNOWN, type Directory } from '../../catalogue/directory.ts'
import { OUTCOMES } from '../../domain/event.ts'
import { largest } from '../../domain/largest.ts'
import { periodStart, wholeRange, type Range } from '../../domain/period.ts'
import { remembered } from '../../domain/remembered.ts'
import type { Status } from '../../domain/status.ts'
import { ProblemError } from '../../errors.ts'
import type { CellQuery, Dimension } from '../../store/series/cell.ts'
import { rollupFor } from '../../store/series/read-cells.ts'
import type { Reader } from '../disclosure/reader.ts'
import type { Counted, MixedCell } from './mixed-cells.ts'
import { readSeriesCells } from './cells.ts'
import { typeCode, type SeriesQuery } from './parse.ts'
import { mayBeSuppressed, openSeriesDisclosure } from './suppress.ts'

/** `value` is null where the status is not one of a figure. */
export interface SeriesValue {
  range: Range
  value: number | null
  status: Status
  /** By ward: the day in the period on which the wards change. */
  brokenOn?: number | undefined
  /** Where figures, not events alone, make the value. */
  counted?: { basis: Counted['basis'], notes: string[], hidden: boolean }
}
/** Values of one group, one for each period, aligned over all groups. */
export interface Series { group: Partial<Record<Dimension, string>>, values: SeriesValue[] }

/** Reads a series: gaps filled, every value with a status, groups in the order of their names. */
export async function readSeries (reader: Reader, directory: Directory, query: SeriesQuery): Promise<{ series: Series[], breaks: Break[] }> {
  checkDimensions(query)
  // Which groups are the largest must not be told by figures that are hidden.
  const top = mayBeSuppressed(reader, directory, query) ? undefined : query.top
  const asked: CellQuery = {
    serviceId: query.service.id,
    type: typeCode(query.type),
    authorityIds: query.authorities.map(({ id }) => id),
    groupBy: query.groupBy,
    filters: query.filters,
    starts: query.periods.map(({ start }) => start),
    end: query.periods.at(-1)?.end ?? 0,
    top
  }
  const byAuthority = query.groupBy.includes('authority')
  const [{ cells, reported }, disclosure] = await Promise.all([
    readSeriesCells(reader, directory, query, asked), openSeriesDisclosure(reader, directory, query)
  ])
  const groups = Map.groupBy(cells, (cell) => query.groupBy.map((dimension) => cell[dimension]).join(' '))
  const keys = disclosure.listed([...new Set([...(query.top === undefined ? expectedGroups(directory, query) : []), ...groups.keys()])])
  const byWard = query.groupBy.includes('ward')
  const breaks = byWard ? breaksIn(directory, query.authorities, wholeRange(query.periods)) : []
  const heard = new Set([...reported].map((place) => place.slice(0, place.indexOf(' '))))
  // Of the hundreds of authorities side by side most may be silent: their values are the same ones.
  const silence = new Map([true, false].map((delivered) => [delivered, fill(query, [], () => false, delivered)]))
  const deliver = remembered((authorityId: number | undefined) => delivers(directory, query, authorityId))
  const found = keys.map((key) => {
    const ids = key === '' ? [] : key.split(' ').map(Number)
    const authorityId = byAuthority ? ids[query.groupBy.indexOf('authority')] : undefined
    const ofGroup = groups.get(key)
    const delivered = deliver(authorityId)
    const published = ofGroup === undefined && !heard.has(String(authorityId ?? ''))
      ? silence.get(delivered) ?? []
      : fill(query, ofGroup ?? [], (period) => reported.has(`${authorityId ?? ''} ${period}`), delivered).map((value) => suppressed(value, (number) => disclosure.shown(ids, value.range, number)))
    const ward = ids[query.groupBy.indexOf('ward')] ?? 0
    const owner = ownerOf(directory, ward, authorityId)
    const wards = byWard ? [ward] : query.filters.ward
    const there = wards === undefined ? published : published.map((value) => whileThere(directory, wards, value))
    return { ids, values: breaks.length === 0 ? there : there.map((value) => ({ ...value, brokenOn: brokenOn(breaks, value.range, owner) })) }
  })
  const names = remembered(({ ids }: Found) => query.groupBy.map((dimension, i) => nameOf(directory, dimension, ids[i] ?? 0)))
  const byName = (a: Found, b: Found): number => compareNames(names(a), names(b))
  const listed = query.top === undefined ? found.sort(byName) : largest(found, query.top, total, byName)
  return {
    series: listed.map((one) => ({ group: Object.fromEntries(query.groupBy.map((dimension, i) => [dimension, names(one)[i] ?? UNKNOWN])), values: one.values })),
    breaks
  }
}

interface Found { ids: number[], values: SeriesValue[] }

const total = ({ values }: Found): number => values.reduce((sum, { value }) => sum + (value ?? 0), 0)

function checkDimensions ({ groupBy, filters, period, periods }: SeriesQuery): void {
  const rollup = rollupFor([...groupBy, ...Object.keys(filters) as Dimension[]])
  if (rollup === undefined) throw new ProblemError('invalid-request', 'Streets are kept by month, ward and outcome: they cannot be split or filtered by channel.')
  if (rollup.unit !== 'month') return
  if (period === 'day' || period === 'week') throw new ProblemError('invalid-request', 'Streets are kept by month: ask for months or longer periods.')
  if (periods.some(({ start, end }) => !isMonthStart(start) || !isMonthStart(end))) {
    throw new ProblemError('invalid-request', 'Streets are kept by month: start_on must be the first day of a month and end_on the last.')
  }
}

const isMonthStart = (day: number): boolean => periodStart('month', day) === day

function suppressed (value: SeriesValue, shown: (value: number) => number | undefined): SeriesValue {
  if (value.value === null) return value
  const figure = value.counted?.hidden === true ? undefined : shown(value.value)
  if (figure === value.value) return value
  return figure === undefined ? { range: value.range, value: null, status: 'suppressed' } : { ...value, value: figure }
}

function delivers (directory: Directory, { authorities, service }: SeriesQuery, authorityId: number | undefined): boolean {
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
    .filter((area) => area.from < to && area.to >= from && (filters.ward === undefined || filters.ward.includes(area.id))).map(({ id }) => String(id))
}

function fill ({ periods, today }: SeriesQuery, cells: MixedCell[], isReported: (period: number) => boolean, delivered: boolean): SeriesValue[] {
  const byPeriod: MixedCell[] = []
  for (const cell of cells) byPeriod[cell.period] = cell
  return periods.map((range, i) => {
    const cell = byPeriod[i]
    if (cell === undefined && !isReported(i)) return { range, value: null, status: delivered ? 'missing' : 'not-delivered' }
    const value = cell?.count ?? 0
    const status = range.end > today ? 'provisional' : value === 0 ? 'zero' : 'ok'
    return cell?.counted === undefined ? { range, value, status } : { range, value, ...ofFigures(cell.counted, status) }
  })
}

// That wards had none before they began or after they ended is no figure.
function whileThere (directory: Directory, wards: readonly number[], value: SeriesValue): SeriesValue {
  return value.value === 0 && !wards.some((ward) => existsIn(directory, ward, value.range)) ? { ...value, value: null, status: 'missing' } : value
}

function ofFigures ({ basis, figures, hidden }: Counted, otherwise: Status): Pick<SeriesValue, 'status' | 'counted'> {
  const changed = figures.some(({ provisional }) => provisional) ? 'provisional' : figures.some(({ revised }) => revised) ? 'revised' : otherwise
  return {
    status: otherwise === 'provisional' ? otherwise : changed,
    counted: { basis, hidden, notes: [...new Set(figures.map(({ note }) => note))].filter((note) => note !== '') }
  }
}

const OUTCOME_NAMES = new Map(Object.entries(OUTCOMES).map(([name, code]) => [code as number, name]))

function nameOf (directory: Directory, dimension: Dimension, id: number): string {
  switch (dimension) {
    case 'authority': return directory.authorityById.get(id)?.slug ?? UNKNOWN
    case 'channel': return directory.channelById.get(id)?.slug ?? UNKNOWN
    case 'outcome': return OUTCOME_NAMES.get(id) ?? UNKNOWN
    case 'ward': return directory.areaById.get(id)?.code ?? UNKNOWN
    case 'street': return id === 0 ? UNKNOWN : String(id)
  }
}

function compareNames (a: string[], b: string[]): number {
  for (const [i, name] of a.entries()) {
    const other = b[i] ?? ''
    if (name !== other) return name < other ? -1 : 1
  }
  return 0
}
