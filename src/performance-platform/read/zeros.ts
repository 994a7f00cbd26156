import { workedOut, type Published } from '../../disclosure/gate.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { readSentChannels } from '../../rollups/index.ts'
import type { RecordRelation } from '../store/relation.ts'
import { collectKey, type DataQuery } from './data-query.ts'
import { distinct, emptyGroup, readRange, type Collected, type Group } from './groups.ts'
import type { QueryRange } from './query-range.ts'
import { UNNAMED } from './typed-groups.ts'

/** Records that are counts of events; `authorityFields` distinguish their authorities, where there are several. */
export interface Counts { authorityFields: readonly string[] }

/**
 * Counts 0 for a group in each period in which its authority reported anything: a channel without events in such a week
 * had none. A period of which the authority reported nothing stays empty. A channel of an authority that had none in
 * the whole range is listed too if it ever had any: a front end has a line for it, and would write "no data" there.
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
  const channels = await sentChannels(pool, relation, query)
  return workedOut<Group[] | string[], Group[]>([groups, all.groups, channels], () => {
    const authorityOf = (fields: readonly string[], { keys }: Group): string =>
      JSON.stringify(keys.filter((_, i) => isOfAuthority(fields[i] ?? '')))
    const reported = Map.groupBy(all.groups, (group) => authorityOf(all.fields, group))
    const zero: Collected = { count: 0, values: collect.map((one) => collectKey(one) === 'count:sum' ? 0 : null) }
    const listed = new Set(groups.map(({ keys: [channel] }) => channel))
    const silent = all.groups.length === 0 ? [] : channels.filter((channel) => !listed.has(channel))
    return [
      ...groups, ...silent.map((channel) => ({ ...emptyGroup([channel]), total: zero }))
    ].map((group) => {
      const periods = (reported.get(authorityOf(query.groupBy, group)) ?? []).flatMap((one) => [...one.byPeriod.keys()])
      return { ...group, byPeriod: new Map([...periods.map((at) => [at, zero] as const), ...group.byPeriod]) }
    })
  })
}

/** The channels, as records call them, that a query by channel may be about and that were ever sent. */
async function sentChannels (
  pool: RequestPool, relation: Published<RecordRelation>, { groupBy, filters }: DataQuery
): Promise<Published<string[]>> {
  const { series } = relation
  const isByChannel = groupBy.length === 1 && groupBy[0] === 'channel' && series?.dimension.field === 'channel'
  if (!isByChannel || filters.some(({ field }) => field !== 'channel')) return workedOut([relation], () => [])
  const { labels } = series.dimension
  const ids = await readSentChannels(pool.within(relation.scope), series, series.leftOut)
  return workedOut([relation], () =>
    [...new Set([...ids].map((id) => labels.get(id) ?? UNNAMED))].filter((name) =>
      filters.every(({ value, prefix }) => prefix ? name.startsWith(value) : name === value)
    ))
}

async function readAll (pool: RequestPool, relation: Published<RecordRelation>, query: DataQuery, range: QueryRange) {
  return { groups: await readRange(pool, relation, { ...query, collect: [] }, range), fields: query.groupBy }
}
