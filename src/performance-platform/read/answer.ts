import type { Directory } from '../../catalogue/directory.ts'
import { localDay } from '../../domain/calendar.ts'
import { workedOut, type Published } from '../../disclosure/gate.ts'
import type { Session } from '../../disclosure/session.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { withoutWithheld } from './blank.ts'
import { coveringRollup } from './coverage.ts'
import type { DataQuery } from './data-query.ts'
import type { ReadableDataSet } from './data-set.ts'
import { readRange, type Group } from './groups.ts'
import { withKpiOfPeriods } from './kpi-periods.ts'
import { protect, type VisibleData } from './protect.ts'
import { moved, queryRangeOf, type QueryRange } from './query-range.ts'
import { ordered, product, shape, type Row } from './shape.ts'
import { readTypedGroups } from './typed-groups.ts'
import { withZeros } from './zeros.ts'

/** Answers a parsed query by period or by groups (or both). Throws `DataError` where it cannot be answered. */
export async function answerGrouped (
  session: Session, directory: Directory, set: ReadableDataSet, query: DataQuery, now: number
): Promise<Published<Row[]>> {
  const planned = queryRangeOf(query, now)
  const visible = await protect(session, directory, set, localDay(now))
  const { groups, range } = await readAtData(session.pool, set, visible, query, planned)
  const { withheld } = visible
  const filled = await completed(session.pool, visible, groups, query, range)
  const complete = withheld === undefined ? filled : withoutWithheld(filled, withheld, query, range, localDay(now) + 1)
  const flat = query.period !== undefined && query.flatten
  return workedOut([complete], () => shape(ordered(flat ? product(complete, query) : complete, query), query, range))
}

/** The groups of the range; of one moved to where there is data, if its outer end is empty. */
async function readAtData (
  pool: RequestPool, set: ReadableDataSet, visible: VisibleData, query: DataQuery, range: QueryRange
): Promise<{ groups: Published<Group[]>, range: QueryRange }> {
  const groups = await read(pool, set, visible, query, range)
  const shift = query.flatten || query.period === undefined ? 0 : emptyAtTheEnd(ordered(groups, query), range)
  if (shift === 0 || query.period === undefined) return { groups, range }
  const other = moved(range, query.period, shift)
  return { groups: await read(pool, set, visible, query, other), range: other }
}

async function read (
  pool: RequestPool, { content }: ReadableDataSet, visible: VisibleData, query: DataQuery, range: QueryRange
): Promise<Published<Group[]>> {
  const rollup = 'schemaless' in content ? coveringRollup(content.schemaless, query, range) : undefined
  const relation = rollup ?? await visible.records(range)
  return await readTypedGroups(pool, relation, query, range) ?? await readRange(pool, relation, query, range)
}

async function completed (
  pool: RequestPool, { typed, records }: VisibleData, groups: Published<Group[]>, query: DataQuery, range: QueryRange
): Promise<Published<Group[]>> {
  if (typed === undefined) return groups
  return 'view' in typed
    ? await withKpiOfPeriods(groups, typed, query, range)
    : await withZeros(pool, groups, await records(range), typed, query, range)
}

/**
 * By how many periods to move a range, whose outer end is empty, so that it ends (or, from a start_at, begins) at data:
 * the fewest over the groups. A collector that stopped still shows its last weeks so, and not weeks of nothing.
 */
function emptyAtTheEnd (groups: readonly Group[], { starts, direction }: QueryRange): number {
  if (direction === undefined) return 0
  const present = groups.filter(({ byPeriod }) => byPeriod.size > 0)
  if (present.length === 0) return 0
  const empty = present.map(({ byPeriod }) =>
    direction === 1 ? Math.min(...byPeriod.keys()) : starts.length - 1 - Math.max(...byPeriod.keys())
  )
  return direction * Math.min(...empty)
}
