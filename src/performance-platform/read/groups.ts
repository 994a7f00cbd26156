import type { Kysely } from 'kysely'
import { badQuery } from '../data-error.ts'
import { isSpeltNumber, parseExact } from '../../json/exact-json.ts'
import { readGroups } from '../store/groups.ts'
import type { RecordRelation } from '../store/relation.ts'
import type { Tables } from '../../postgres/tables.ts'
import { conditionOf } from './conditions.ts'
import { collectKey, type Collect, type DataQuery } from './data-query.ts'
import type { Window } from './window.ts'

/** What was counted and collected in one cell; a count of 0 stands for a cell that nothing fell in. */
export interface Cell { count: number, values: unknown[] }

/** A combination of values of the fields grouped by, over the whole window (`total`) and by period. */
export interface Group { keys: unknown[], total: Cell, cells: Map<number, Cell> }

/** Reads the groups of a window, in no order. Without group_by there is one at most, without a period no cells. */
export async function readWindow (
  db: Kysely<Tables>, relation: RecordRelation, query: DataQuery, window: Window
): Promise<Group[]> {
  const collect = distinct(query.collect)
  if (query.period !== undefined && window.starts.length === 0) return []
  const rows = await readGroups(db, relation, {
    range: window,
    starts: window.starts,
    keys: query.groupBy,
    collect,
    conditions: query.filters.map(conditionOf),
    totals: query.period !== undefined && query.groupBy.length > 0
  })
  if (rows.some(({ unsummable }) => unsummable)) {
    throw badQuery('Invalid collect function: sum and mean are for numbers')
  }
  const groups = new Map<string, Group>()
  for (const { bucket, count, cells: text } of rows) {
    const values = parseExact(text) as unknown[]
    const keys = values.splice(0, query.groupBy.length)
    const name = JSON.stringify(keys.map(canonical))
    const group = groups.get(name) ?? { keys, total: { count: 0, values: [] }, cells: new Map<number, Cell>() }
    groups.set(name, group)
    if (bucket === null) group.total = { count, values }
    else group.cells.set(bucket - 1, { count, values })
  }
  return [...groups.values()]
}

// Postgres counts 1 and 1.0 as one group, and may spell it either way from period to period.
function canonical (key: unknown): unknown {
  return isSpeltNumber(key)
    ? [key.rawJSON.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')]
    : typeof key === 'number'
      ? [String(key)]
      : key
}

/** Each collected key once, whatever was asked how often. */
export function distinct (collect: Collect[]): Collect[] {
  return [...new Map(collect.map((one) => [collectKey(one), one])).values()]
}
