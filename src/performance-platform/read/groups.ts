import { workedOut, type Published } from '../../disclosure/gate.ts'
import { badQuery } from '../data-error.ts'
import { isSpeltNumber, parseExact } from '../../json/exact-json.ts'
import { MOST_BYTES } from '../../domain/cost.ts'
import { Slices } from '../../domain/slices.ts'
import { ProblemError } from '../../errors.ts'
import { readGroups } from '../store/groups.ts'
import type { RecordRelation } from '../store/relation.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { conditionOf } from './conditions.ts'
import { collectKey, type Collect, type DataQuery } from './data-query.ts'
import type { QueryRange } from './query-range.ts'

/** How many records there were, and what was collected from them; figures that came for a whole period are one. */
export interface Collected { count: number, values: unknown[] }

/** A combination of values of the fields grouped by, over the whole range (`total`) and by the index of a period. */
export interface Group { keys: unknown[], total: Collected, byPeriod: Map<number, Collected> }

export const emptyGroup = (keys: unknown[]): Group => ({
  keys, total: { count: 0, values: [] }, byPeriod: new Map()
})

/** Periods of groups that there is anything of: each is an object with its values. */
const MOST_ROWS = 200_000

/** Reads the groups of a range, in no order. Without group_by there is one at most. Throws where there are too many. */
export async function readRange (
  pool: RequestPool, relation: Published<RecordRelation>, query: DataQuery, range: QueryRange
): Promise<Published<Group[]>> {
  const collect = distinct(query.collect)
  if (query.period !== undefined && range.starts.length === 0) return workedOut([relation], () => [])
  const found = await readGroups(queryBuilderOn(pool.within(relation.scope)), relation, {
    range,
    starts: range.starts,
    keys: query.groupBy,
    collect,
    conditions: query.filters.map(conditionOf),
    totals: query.period !== undefined && query.groupBy.length > 0
  }, { rows: MOST_ROWS, bytes: MOST_BYTES })
  if ('tooMuch' in found) throw tooMuch(found.tooMuch)
  if (found.some(({ unsummable }) => unsummable)) {
    throw badQuery('Invalid collect function: sum and mean are for numbers')
  }
  const groups = new Map<string, Group>()
  const slices = new Slices()
  for (const { bucket, count, collected } of found) {
    if (slices.over) await slices.pause()
    const values = parseExact(collected) as unknown[]
    const keys = values.splice(0, query.groupBy.length)
    const name = JSON.stringify(keys.map(canonical))
    const group = groups.get(name) ?? emptyGroup(keys)
    groups.set(name, group)
    if (bucket === null) group.total = { count, values }
    else group.byPeriod.set(bucket - 1, { count, values })
  }
  return workedOut([relation], () => [...groups.values()])
}

const tooMuch = ({ rows, bytes }: { rows: number, bytes: number }): ProblemError =>
  new ProblemError(
    'too-costly',
    `There are ${rows} periods of groups with ${Math.ceil(bytes / 1024 / 1024)} MiB of values; ask for at most ` +
      `${MOST_ROWS} and ${MOST_BYTES / 1024 / 1024} MiB: longer periods, a shorter range, fewer groups, and sums or ` +
      'counts instead of sets.'
  )

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
