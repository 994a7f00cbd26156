import { badQuery } from '../data-error.ts'
import { formatUtc } from '../utc-instant.ts'
import { compareLists, compareValues } from '../value-order.ts'
import { collectKey, type DataQuery } from './data-query.ts'
import { distinct, emptyGroup, type Collected, type Group } from './groups.ts'
import type { QueryRange } from './query-range.ts'

export type Row = Record<string, unknown>

/** Groups times periods in one answer; more would be a download, which raw queries are for. */
const MOST_VALUES = 1_000_000

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

/** The rows of an answer, gaps filled: every group lists every period, in order. */
export function shape (groups: readonly Group[], query: DataQuery, range: QueryRange): Row[] {
  const { period, groupBy, flatten, csv } = query
  const valuesOf = collectedRow(query)
  if (period === undefined) return groups.map((group) => ({ ...keysOf(group, query), ...valuesOf(group.total) }))
  const rows = periodRows(range)
  if (groupBy.length === 0) return rows.map((row, i) => ({ ...row, ...valuesOf(groups[0]?.byPeriod.get(i)) }))
  if (groups.length * rows.length > MOST_VALUES) {
    throw badQuery(`The answer would have more than ${MOST_VALUES} values: ask for fewer periods or groups`)
  }
  if (flatten || csv) {
    return rows.flatMap((row, i) =>
      groups.map((group) => ({ ...keysOf(group, query), ...row, ...valuesOf(group.byPeriod.get(i)) }))
    )
  }
  return groups.map((group) => ({
    ...keysOf(group, query),
    ...valuesOf(group.total),
    _group_count: periodsWithRecords(group),
    values: rows.map((row, i) => ({ ...row, ...valuesOf(group.byPeriod.get(i)) }))
  }))
}

/** Every combination of the values seen, also those that never occur together. */
export function product (groups: readonly Group[], { groupBy }: DataQuery): readonly Group[] {
  if (groupBy.length < 2 || groups.length === 0) return groups
  const seen = groupBy.map((_, i) =>
    [...new Map(groups.map(({ keys }) => [JSON.stringify(keys[i]), keys[i]])).values()]
  )
  if (seen.reduce((size, values) => size * values.length, 1) > MOST_VALUES) {
    throw badQuery('Too many combinations of groups: group by fewer fields')
  }
  const found = new Map(groups.map((group) => [JSON.stringify(group.keys), group]))
  const combinations = seen.reduce<unknown[][]>(
    (lists, values) => lists.flatMap((list) => values.map((value) => [...list, value])), [[]]
  )
  return combinations.map((keys) =>
    found.get(JSON.stringify(keys)) ?? emptyGroup(keys)
  )
}

// A period without records is listed too where its value is known otherwise.
const periodsWithRecords = ({ byPeriod }: Group): number =>
  [...byPeriod.values()].filter(({ count }) => count > 0).length

function periodRows ({ starts, end }: QueryRange): Row[] {
  return starts.map((start, i) => ({ _start_at: formatUtc(start), _end_at: formatUtc(starts[i + 1] ?? end) }))
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
