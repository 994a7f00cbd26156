import type pg from 'pg'
import type { PackedRollup } from '../rollups/definitions.ts'
import { eachPlace, type PlaceCell } from '../rollups/read-packed.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'
import { Sums } from './sums.ts'

const ID: Record<Dimension, (cell: PlaceCell) => number> = {
  authority: ({ authorityId }) => authorityId,
  channel: ({ channelId }) => channelId,
  outcome: ({ outcome }) => outcome,
  ward: ({ wardId }) => wardId,
  street: ({ street }) => street
}

/** `readCells` of rollups that are packed: wards, streets, and days. */
export async function readPlaceCells (client: pg.Pool | pg.ClientBase, rollup: PackedRollup, query: CellQuery): Promise<Cell[]> {
  const { serviceId, type, authorityIds, starts, end } = query
  const { ward, ...filters } = query.filters
  const kept = Object.entries(filters).map(([name, ids]) => ({ id: ID[name as Dimension], ids: new Set(ids) }))
  const sums = new Sums<PlaceCell>(query, (dimension) => ID[dimension])
  await eachPlace(client, rollup, { authorityIds, serviceId, type, from: starts[0] ?? 0, before: end, wardIds: ward }, (cell) => {
    if (kept.every(({ id, ids }) => ids.has(id(cell)))) sums.add(cell)
  })
  return sums.cells
}
