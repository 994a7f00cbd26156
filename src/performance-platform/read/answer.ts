import type { Directory } from '../../catalogue/directory.ts'
import { localDay } from '../../domain/calendar.ts'
import type { Session } from '../../disclosure/session.ts'
import type { Database } from '../../postgres/database.ts'
import { coveringRollup } from './coverage.ts'
import type { DataQuery } from './data-query.ts'
import type { ReadableDataSet } from './data-set.ts'
import { readWindow, type Group } from './groups.ts'
import { withKpiOfPeriods } from './kpi-periods.ts'
import { protect, type VisibleData } from './protect.ts'
import { ordered, product, shape, type Row } from './shape.ts'
import { readTypedGroups } from './typed-groups.ts'
import { moved, windowOf, type Window } from './window.ts'
import { withZeros } from './zeros.ts'

type Access = Pick<Database, 'db' | 'pool'>

/** Answers a parsed query by period or by groups (or both). Throws `DataError` where it cannot be answered. */
export async function answerGrouped (
  access: Access, session: Session, directory: Directory, set: ReadableDataSet, query: DataQuery, now: number
): Promise<Row[]> {
  const planned = windowOf(query, now)
  const visible = await protect(session, directory, set, localDay(now))
  const { groups, window } = await readAtData(access, set, visible, query, planned)
  const complete = await completed(access, visible, groups, query, window)
  const flat = query.period !== undefined && query.flatten
  return shape(ordered(flat ? product(complete, query) : complete, query), query, window)
}

/** The groups of the window; of one moved to where there is data, if its outer end is empty. */
async function readAtData (
  access: Access, set: ReadableDataSet, visible: VisibleData, query: DataQuery, window: Window
): Promise<{ groups: Group[], window: Window }> {
  const groups = await read(access, set, visible, query, window)
  const shift = query.flatten || query.period === undefined ? 0 : emptyAtTheEnd(ordered(groups, query), window)
  if (shift === 0 || query.period === undefined) return { groups, window }
  const other = moved(window, query.period, shift)
  return { groups: await read(access, set, visible, query, other), window: other }
}

async function read (
  { db, pool }: Access, { content }: ReadableDataSet, visible: VisibleData, query: DataQuery, window: Window
): Promise<Group[]> {
  const rollup = 'schemaless' in content ? coveringRollup(content.schemaless, query, window) : undefined
  const relation = rollup ?? await visible.records(window)
  const quick = relation.series && await readTypedGroups(pool, relation.series, query, window)
  return quick ?? await readWindow(db, relation, query, window)
}

async function completed (
  { db }: Access, { typed, records }: VisibleData, groups: Group[], query: DataQuery, window: Window
): Promise<Group[]> {
  if (typed === undefined) return groups
  return typed === 'counts'
    ? await withZeros(db, groups, await records(window), query, window)
    : await withKpiOfPeriods(groups, typed, query, window)
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
