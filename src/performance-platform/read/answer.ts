import type { Database } from '../../postgres/database.ts'
import { coveringRollup } from './coverage.ts'
import type { DataQuery } from './data-query.ts'
import type { ReadableDataSet } from './data-set.ts'
import { readWindow, type Group } from './groups.ts'
import { ordered, product, shape, type Row } from './shape.ts'
import { readTypedGroups } from './typed-groups.ts'
import { moved, windowOf, type Window } from './window.ts'

type Access = Pick<Database, 'db' | 'pool'>

/** Answers a query by period or by groups (or both). Throws `DataError` where it cannot be answered. */
export async function answerGrouped (
  access: Access, set: ReadableDataSet, query: DataQuery, now: number
): Promise<Row[]> {
  const window = windowOf(query, now)
  const groups = await read(access, set, query, window)
  const shift = query.flatten || query.period === undefined ? 0 : emptyAtTheEnd(groups, window)
  if (shift === 0 || query.period === undefined) return shape(groups, query, window)
  const other = moved(window, query.period, shift)
  return shape(await read(access, set, query, other), query, other)
}

async function read ({ db, pool }: Access, set: ReadableDataSet, query: DataQuery, window: Window): Promise<Group[]> {
  const rollup = set.schemaless && coveringRollup(set.schemaless, query, window)
  const quick = set.records.series && await readTypedGroups(pool, set.records.series, query, window)
  const groups = quick ?? await readWindow(db, rollup ?? set.records, query, window)
  const flat = query.period !== undefined && query.flatten
  return ordered(flat ? product(groups, query) : groups, query)
}

/**
 * By how many periods to move a window, whose outer end is empty, so that it ends (or, from a start_at, begins) at
 * data: the fewest over the groups. A collector that stopped still shows its last weeks so, and not a stretch of
 * nothing.
 */
function emptyAtTheEnd (groups: Group[], { starts, direction }: Window): number {
  if (direction === undefined) return 0
  const present = groups.filter(({ cells }) => cells.size > 0)
  if (present.length === 0) return 0
  const empty = present.map(({ cells }) =>
    direction === 1 ? Math.min(...cells.keys()) : starts.length - 1 - Math.max(...cells.keys())
  )
  return direction * Math.min(...empty)
}
