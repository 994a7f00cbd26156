import { checkCount, checkSize, MOST_VALUES, type AnswerSize } from '../../domain/cost.ts'
import { mapInSlices } from '../../domain/slices.ts'
import { badQuery } from '../data-error.ts'
import { formatUtc } from '../utc-instant.ts'
import { compareLists, compareValues } from '../value-order.ts'
import { collectKey, type DataQuery } from './data-query.ts'
import { distinct, emptyGroup, type Collected, type Group } from './groups.ts'
import type { QueryRange } from './query-range.ts'

export type Row = Record<string, unknown>

/** The bytes of a period's own fields, of a name with its punctuation, and of what stands there for a value. */
const [BYTES_OF_PERIOD, BYTES_OF_NAME, BYTES_OF_VALUE] = [110, 4, 5]
/** The bytes of a group's key in each row, at least. */
const BYTES_OF_KEY = 10

/** What a query would answer with, so far as is known before its groups are. */
export function sizeOf ({ groupBy, collect, flatten, csv, period }: DataQuery, { starts }: QueryRange): AnswerSize {
  const collected = [...distinct(collect).map(collectKey), ...collect.flatMap(({ bare, field }) => bare ? [field] : [])]
  const names = [...collected, ...flatten || csv ? groupBy : []]
  const values = names.reduce((sum, name) => sum + (csv ? 1 : name.length + BYTES_OF_NAME) + BYTES_OF_VALUE, 0)
  return {
    periods: period === undefined ? 1 : starts.length,
    columns: names.length + 1,
    bytes: values + (flatten || csv ? groupBy.length * BYTES_OF_KEY : 0) + BYTES_OF_PERIOD
  }
}

/** Groups in the order asked for, cut to the limit. Ties keep the order of the keys, whichever the direction. */
export function ordered (groups: readonly Group[], query: DataQuery): Group[] {
  const { groupBy, sortBy, limit } = query
  const sorted = groups.toSorted((a, b) => compareLists(a.keys, b.keys))
  if (sortBy !== undefined && groups.length > 0) {
    const value = sortKey(query, sortBy.field)
    sorted.sort((a, b) => compareValues(value(a), value(b)) * (sortBy.descending ? -1 : 1))
  }
  return limit === 0 || groupBy.length === 0 ? sorted : sorted.slice(0, limit)
}

function sortKey ({ groupBy, collect, period }: DataQuery, field: string): (group: Group) => unknown {
  const key = groupBy.indexOf(field)
  if (key >= 0) return ({ keys }) => keys[key]
  if (field === '_count') return ({ total }) => total.count
  if (field === '_group_count' && period !== undefined) return periodsWithRecords
  const bare = distinct(collect).findIndex((one) => one.field === field && collectKey(one) === `${field}:set`)
  if (bare >= 0 && collect.some((one) => one.bare && one.field === field)) {
    return ({ total }) => setOf(total.values[bare])
  }
  throw badQuery(`Cannot sort by ${field}: groups have no such key`)
}

/**
 * The rows of an answer, gaps filled: every group lists every period, in order. In slices: there may be a hundred
 * thousand. Throws `ProblemError` where there would be too many.
 */
export async function shape (groups: readonly Group[], query: DataQuery, range: QueryRange): Promise<Row[]> {
  const { period, groupBy, flatten, csv } = query
  const valuesOf = collectedRow(query)
  const size = sizeOf(query, range)
  checkSize({ ...size, bytes: (size.bytes ?? 0) + bytesOfKeys(groups, query), groups: Math.max(1, groups.length) })
  if (period === undefined) {
    return await mapInSlices(groups, (group) => ({ ...keysOf(group, query), ...valuesOf(group.total) }))
  }
  const rows = await periodRows(range)
  const valuesIn = async (group: Group | undefined): Promise<Row[]> =>
    await mapInSlices(rows, (row, i) => ({ ...row, ...valuesOf(group?.byPeriod.get(i)) }))
  if (groupBy.length === 0) return await valuesIn(groups[0])
  if (flatten || csv) {
    const cells = rows.entries().flatMap(([i, row]) => groups.map((group) => ({ i, row, group })))
    return await mapInSlices(cells, ({ i, row, group }) =>
      ({ ...keysOf(group, query), ...row, ...valuesOf(group.byPeriod.get(i)) }))
  }
  const shaped: Row[] = []
  for (const group of groups) {
    shaped.push({
      ...keysOf(group, query),
      ...valuesOf(group.total),
      _group_count: periodsWithRecords(group),
      values: await valuesIn(group)
    })
  }
  return shaped
}

/** Every combination of the values seen, also those that never occur together. */
export function product (groups: readonly Group[], { groupBy }: DataQuery): readonly Group[] {
  if (groupBy.length < 2 || groups.length === 0) return groups
  const seen = groupBy.map((_, i) =>
    [...new Map(groups.map(({ keys }) => [JSON.stringify(keys[i]), keys[i]])).values()]
  )
  checkCount(
    seen.reduce((size, values) => size * values.length, 1),
    MOST_VALUES / 10,
    'combinations of groups',
    'group by fewer fields, or without flatten'
  )
  const found = new Map(groups.map((group) => [JSON.stringify(group.keys), group]))
  const combinations = seen.reduce<unknown[][]>(
    (lists, values) => lists.flatMap((list) => values.map((value) => [...list, value])), [[]]
  )
  return combinations.map((keys) =>
    found.get(JSON.stringify(keys)) ?? emptyGroup(keys)
  )
}

// A key is in each row, and may be a long text.
function bytesOfKeys (groups: readonly Group[], { flatten, csv }: DataQuery): number {
  if (!flatten && !csv) return 0
  return groups.reduce((sum, { keys }) => sum + JSON.stringify(keys).length, 0) / Math.max(1, groups.length)
}

// A period without records is listed too where its value is known otherwise.
const periodsWithRecords = ({ byPeriod }: Group): number =>
  [...byPeriod.values()].filter(({ count }) => count > 0).length

async function periodRows ({ starts, end }: QueryRange): Promise<Row[]> {
  const texts = await mapInSlices([...starts, end], formatUtc)
  return texts.slice(0, -1).map((text, i) => ({ _start_at: text, _end_at: texts[i + 1] }))
}

function keysOf ({ keys }: Group, { groupBy }: DataQuery): Row {
  return Object.fromEntries(groupBy.map((field, i) => [field, keys[i]]))
}

// A gap has null for each collected key, but nothing under the name of a field that was collected without a method.
function collectedRow ({ collect }: DataQuery): (collected: Collected | undefined) => Row {
  const keys = distinct(collect).map((one) => ({ key: collectKey(one), isSet: one.method === 'set' }))
  const bare = collect.filter((one) => one.bare).map((one) => ({ field: one.field, key: collectKey(one) }))
  return (collected) => {
    const row: Row = { _count: collected?.count ?? 0 }
    keys.forEach(({ key, isSet }, i) => {
      row[key] = isSet && row['_count'] !== 0 ? setOf(collected?.values[i]) : collected?.values[i] ?? null
    })
    if (row['_count'] !== 0) { for (const { field, key } of bare) row[field] = row[key] }
    return row
  }
}

// Comes as a list of lists, which may have values in common.
function setOf (lists: unknown): unknown[] {
  if (!Array.isArray(lists)) return []
  const sorted = lists.flat().sort(compareValues)
  return sorted.filter((value, i) =>
    i === 0 || typeof value !== typeof sorted[i - 1] || compareValues(value, sorted[i - 1]) !== 0
  )
}
