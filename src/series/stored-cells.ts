import type pg from 'pg'
import { eachSum, type EventSum } from '../rollups/index.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'
import { Sums } from './sums.ts'

const idOf = (dimension: Dimension) => (sum: EventSum): number =>
  dimension === 'authority' ? sum.authorityId : sum[dimension]

/** Sums by period and group; groups in no set order. Who asks for streets has to ask for whole months. */
export async function readCells (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const { serviceId, type, authorityIds, groupBy, filters, starts, end } = query
  const sums = new Sums<EventSum>(query, idOf)
  await eachSum(client, {
    authorityIds,
    serviceId,
    type,
    from: starts[0] ?? 0,
    before: end,
    dimensions: groupBy.filter((dimension) => dimension !== 'authority'),
    starts,
    filters
  }, (sum) => sums.add(sum))
  return sums.cells
}
