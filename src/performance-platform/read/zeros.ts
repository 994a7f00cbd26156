import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'
import type { RecordRelation } from '../store/relation.ts'
import { collectKey, type DataQuery } from './data-query.ts'
import { distinct, readWindow, type Cell, type Group } from './groups.ts'
import type { Window } from './window.ts'

/**
 * Counts 0 for a group in each period in which anything else was reported: a channel without events in such a week had
 * none. A period of which nothing was reported stays empty.
 */
export async function withZeros (
  db: Kysely<Tables>, groups: Group[], relation: RecordRelation, query: DataQuery, window: Window
): Promise<Group[]> {
  const collect = distinct(query.collect)
  if (query.period === undefined || !collect.some((one) => collectKey(one) === 'count:sum')) return groups
  const all = query.filters.length === 0
    ? groups
    : await readWindow(db, relation, { ...query, filters: [], groupBy: [], collect: [] }, window)
  const reported = new Set(all.flatMap(({ cells }) => [...cells.keys()]))
  const nothing: Cell = { count: 0, values: collect.map((one) => collectKey(one) === 'count:sum' ? 0 : null) }
  return groups.map((group) => ({
    ...group, cells: new Map([...[...reported].map((at) => [at, nothing] as const), ...group.cells])
  }))
}
