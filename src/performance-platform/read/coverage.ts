import type { DataSet } from '../../catalogue/directory.ts'
import { isInternalField } from '../field.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { publishedBySender, type Published } from '../../disclosure/gate.ts'
import type { RecordRelation } from '../store/relation.ts'
import { dimensionSets } from '../store/rollup-change.ts'
import { rolledUpRecords } from '../store/rollup.ts'
import type { Collect, DataQuery } from './data-query.ts'
import type { QueryRange } from './query-range.ts'

/** The smallest rollup that answers a query exactly, or undefined where only the records themselves do. */
export function coveringRollup (
  set: DataSet, query: DataQuery, range: QueryRange
): Published<RecordRelation> | undefined {
  const { dimensions } = set
  const wholeDays = [range.from, range.before].every((at) => at === undefined || at % DAY_MS === 0)
  if (dimensions.length === 0 || !wholeDays || range.inclusive || query.period === 'hour') return undefined
  const collected = query.collect.filter(({ field }) => dimensions.includes(field))
  if (!query.collect.every((one) => isCovered(one, set))) return undefined
  const fields = new Set([
    ...query.groupBy, ...query.filters.map(({ field }) => field), ...collected.map(({ field }) => field)
  ])
  if (![...fields].every((field) => dimensions.includes(field) && !isInternalField(field))) return undefined
  const wanted = dimensions.reduce((bits, field, i) => fields.has(field) ? bits | 1 << i : bits, 0)
  const stored = dimensionSets(set)
  const dimensionSet = stored.includes(wanted) ? wanted : stored.at(-1) ?? 0
  return publishedBySender(rolledUpRecords(set, dimensionSet, query.collect.map(({ field }) => field)))
}

function isCovered ({ field, method }: Collect, { dimensions, measures }: DataSet): boolean {
  if (dimensions.includes(field)) return method === 'count' || method === 'set'
  return measures.includes(field) && method !== 'set'
}
