import { UNKNOWN, type Directory } from '../../catalogue/directory.ts'
import { OUTCOMES } from '../../domain/event.ts'
import type { Range } from '../../domain/period.ts'
import type { Status } from '../../domain/status.ts'
import { ProblemError } from '../../errors.ts'
import { readCells, tableFor, type Cell, type CellQuery, type Dimension } from '../../store/series/read-cells.ts'
import type { Reader } from '../disclosure/reader.ts'
import { typeCode, type SeriesQuery } from './parse.ts'
import { mayBeSuppressed, openSeriesDisclosure } from './suppress.ts'

/** `value` is null where the status is not one of a figure. */
export interface SeriesValue { range: Range, value: number | null, status: Status }
/** Values of one group, one for each period, aligned over all groups. */
export interface Series { group: Partial<Record<Dimension, string>>, values: SeriesValue[] }

/** Reads a series: gaps filled, every value with a status, groups in the order of their names. */
export async function readSeries (reader: Reader, directory: Directory, query: SeriesQuery): Promise<Series[]> {
  checkDimensions(query)
  const { pool } = reader
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
  const partial = Object.keys(query.filters).length > 0 || top !== undefined
  const [cells, all, disclosure] = await Promise.all([
    readCells(pool, asked),
    // Where some of what was reported is left out, whether anything was has to be asked apart.
    partial ? readCells(pool, { ...asked, groupBy: byAuthority ? ['authority'] : [], filters: {}, top: undefined }) : undefined,
    openSeriesDisclosure(reader, directory, query)
  ])
  const reported = new Set((all ?? cells).map((cell) => `${cell.authority ?? ''} ${cell.period}`))
  const groups = Map.groupBy(cells, (cell) => query.groupBy.map((dimension) => cell[dimension]).join(' '))
  const keys = disclosure.listed([...new Set([...(query.top === undefined ? expectedGroups(directory, query) : []), ...groups.keys()])])
  const series = keys.map((key) => {
    const ids = key === '' ? [] : key.split(' ').map(Number)
    const authorityId = byAuthority ? ids[query.groupBy.indexOf('authority')] : undefined
    return {
      group: Object.fromEntries(query.groupBy.map((dimension, i) => [dimension, nameOf(directory, dimension, ids[i] ?? 0)])),
      values: fill(query, groups.get(key) ?? [], (period) => reported.has(`${authorityId ?? ''} ${period}`), delivers(directory, query, authorityId))
        .map((value) => suppressed(value, (number) => disclosure.shown(ids, value.range, number)))
    }
  }).sort((a, b) => compareNames(Object.values(a.group), Object.values(b.group)))
  return query.top === undefined ? series : series.sort((a, b) => total(b) - total(a)).slice(0, query.top)
}

const total = ({ values }: Series): number => values.reduce((sum, { value }) => sum + (value ?? 0), 0)

function checkDimensions ({ groupBy, filters, period, periods }: SeriesQuery): void {
  const table = tableFor([...groupBy, ...Object.keys(filters) as Dimension[]])
  if (table === undefined) throw new ProblemError('invalid-request', 'Streets are kept by month, ward and outcome: they cannot be split or filtered by channel.')
  if (table.date !== 'month') return
  if (period === 'day' || period === 'week') throw new ProblemError('invalid-request', 'Streets are kept by month: ask for months or longer periods.')
  if (periods.some(({ start, end }) => !isMonthStart(start) || !isMonthStart(end))) {
    throw new ProblemError('invalid-request', 'Streets are kept by month: start_on must be the first day of a month and end_on the last.')
  }
}

const isMonthStart = (day: number): boolean => new Date(day * 86_400_000).getUTCDate() === 1

function suppressed (value: SeriesValue, shown: (value: number) => number | undefined): SeriesValue {
  if (value.value === null) return value
  const figure = shown(value.value)
  return figure === undefined ? { ...value, value: null, status: 'suppressed' } : { ...value, value: figure }
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
  const [from, to] = [periods[0]?.start ?? 0, periods.at(-1)?.end ?? 0]
  return authorities.flatMap((authority) => directory.areasOf(authority))
    .filter((area) => area.from < to && area.to >= from && (filters.ward === undefined || filters.ward.includes(area.id))).map(({ id }) => String(id))
}

function fill ({ periods, today }: SeriesQuery, cells: Cell[], isReported: (period: number) => boolean, delivered: boolean): SeriesValue[] {
  const byPeriod = new Map(cells.map((cell) => [cell.period, cell.count]))
  return periods.map((range, i) => {
    const count = byPeriod.get(i)
    if (count === undefined && !isReported(i)) return { range, value: null, status: delivered ? 'missing' : 'not-delivered' }
    const value = count ?? 0
    const running = range.end > today
    return { range, value, status: running ? 'provisional' : value === 0 ? 'zero' : 'ok' }
  })
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
