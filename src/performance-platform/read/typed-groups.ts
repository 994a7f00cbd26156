import type pg from 'pg'
import { DAY_MS } from '../../domain/calendar.ts'
import type { TypedSeries } from '../store/relation.ts'
import { readTypedCells } from '../store/typed-cells.ts'
import type { DataQuery } from './data-query.ts'
import { distinct, type Cell, type Group } from './groups.ts'
import type { Window } from './window.ts'

/**
 * As `readWindow`, for what nearly every front end asks of typed data: sums of `count` by period, by the dimension or
 * in all. Read as cells, not as records, in a quarter of the time. Undefined for any other question.
 */
export async function readTypedGroups (
  pool: pg.Pool, series: TypedSeries, query: DataQuery, window: Window
): Promise<Group[] | undefined> {
  const { field, labels } = series.dimension
  const { period, groupBy, filters } = query
  const collect = distinct(query.collect)
  if (period === undefined || filters.length > 0 || groupBy.length > 1 || groupBy.some((key) => key !== field)) {
    return undefined
  }
  const days = daysOf(window)
  if (days === undefined || collect.some((one) => one.field !== 'count' || one.method !== 'sum')) return undefined
  const names = [...new Set([UNNAMED, ...labels.values()])]
  const cells = await readTypedCells(pool, series, [...labels].map(([id, label]) => [id, names.indexOf(label)]), days)

  const groups = new Map<unknown, Group>()
  for (const { period, name, records, count } of cells) {
    const keys = groupBy.map(() => names[name])
    let group = groups.get(keys[0])
    if (group === undefined) groups.set(keys[0], group = { keys, total: { count: 0, values: [] }, cells: new Map() })
    group.cells.set(period, added(group.cells.get(period), records, count, collect))
    group.total = added(group.total, records, count, collect)
  }
  return [...groups.values()]
}

const UNNAMED = 'unknown'

function added (cell: Cell | undefined, records: number, count: number, collect: readonly unknown[]): Cell {
  return { count: (cell?.count ?? 0) + records, values: collect.map((_, i) => Number(cell?.values[i] ?? 0) + count) }
}

/** The window in days since 1970-01-01; undefined where it does not begin and end with days, or has no periods. */
function daysOf (
  { from, before, inclusive, starts }: Window
): { from: number, before: number, starts: number[] } | undefined {
  if (inclusive || from === undefined || before === undefined || starts.length === 0) return undefined
  const days = { from: from / DAY_MS, before: before / DAY_MS, starts: starts.map((start) => start / DAY_MS) }
  return [days.from, days.before, ...days.starts].every(Number.isInteger) ? days : undefined
}
