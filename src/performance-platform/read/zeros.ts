import { workedOut, type Published } from '../../disclosure/gate.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import type { RecordRelation } from '../store/relation.ts'
import { collectKey, type DataQuery } from './data-query.ts'
import { distinct, readRange, type Collected, type Group } from './groups.ts'
import type { QueryRange } from './query-range.ts'

/** Records that are counts of events; `authorityFields` distinguish their authorities, where there are several. */
export interface Counts { authorityFields: readonly string[] }

/**
 * Counts 0 for a group in each period in which its authority reported anything: a channel without events in such a week
 * had none. A period of which the authority reported nothing stays empty.
 */
export async function withZeros (
  pool: RequestPool,
  groups: Published<Group[]>,
  relation: Published<RecordRelation>,
  { authorityFields }: Counts,
  query: DataQuery,
  range: QueryRange
): Promise<Published<Group[]>> {
  const collect = distinct(query.collect)
  if (query.period === undefined || !collect.some((one) => collectKey(one) === 'count:sum')) return groups
  const isOfAuthority = (field: string): boolean => authorityFields.includes(field)
  const filters = query.filters.filter(({ field }) => isOfAuthority(field))
  const all = filters.length === query.filters.length
    ? { groups, fields: query.groupBy }
    : await readAll(pool, relation, { ...query, filters, groupBy: query.groupBy.filter(isOfAuthority) }, range)
  return workedOut([groups, all.groups], () => {
    const authorityOf = (fields: readonly string[], { keys }: Group): string =>
      JSON.stringify(keys.filter((_, i) => isOfAuthority(fields[i] ?? '')))
    const reported = Map.groupBy(all.groups, (group) => authorityOf(all.fields, group))
    const zero: Collected = { count: 0, values: collect.map((one) => collectKey(one) === 'count:sum' ? 0 : null) }
    return groups.map((group) => {
      const periods = (reported.get(authorityOf(query.groupBy, group)) ?? []).flatMap((one) => [...one.byPeriod.keys()])
      return { ...group, byPeriod: new Map([...periods.map((at) => [at, zero] as const), ...group.byPeriod]) }
    })
  })
}

async function readAll (pool: RequestPool, relation: Published<RecordRelation>, query: DataQuery, range: QueryRange) {
  return { groups: await readRange(pool, relation, { ...query, collect: [] }, range), fields: query.groupBy }
}
