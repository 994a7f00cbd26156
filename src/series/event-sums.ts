import type pg from 'pg'
import { eachSum, type EventSum } from '../rollups/index.ts'
import type { PeriodSum, SumDimension, SumQuery } from './sum-query.ts'
import { SumTable } from './sum-table.ts'

const idOf = (dimension: SumDimension) => (sum: EventSum): number =>
  dimension === 'authority' ? sum.authorityId : sum[dimension]

/** Sums of events by period and group, groups in no set order. A query for streets has to ask for whole months. */
export async function readEventSums (client: pg.Pool | pg.ClientBase, query: SumQuery): Promise<PeriodSum[]> {
  const { serviceId, type, authorityIds, groupBy, filters, starts, end } = query
  const table = new SumTable<EventSum>(query, idOf)
  await eachSum(client, {
    authorityIds,
    serviceId,
    type,
    from: starts[0] ?? 0,
    before: end,
    dimensions: groupBy.filter((dimension) => dimension !== 'authority'),
    starts,
    filters
  }, (sum) => table.add(sum))
  return table.sums
}
