import type pg from 'pg'
import { periodStart } from '../domain/period.ts'
import {
  CHANNEL_DAYS, CHANNEL_MONTHS, CHANNEL_WEEKS, STREET_MONTHS, WARD_DAYS, WEEKS, type Rollup
} from '../rollups/definitions.ts'
import { eachCell, type RollupCell } from '../rollups/read-packed.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'
import { Sums } from './sums.ts'

// Smallest first: a query is answered from the first that has its dimensions.
const TABLES: ReadonlyArray<{ rollup: Rollup, dimensions: readonly Dimension[] }> = [
  { rollup: WEEKS, dimensions: ['authority', 'outcome'] },
  { rollup: CHANNEL_WEEKS, dimensions: ['authority', 'channel', 'outcome'] },
  { rollup: CHANNEL_MONTHS, dimensions: ['authority', 'channel', 'outcome'] },
  { rollup: CHANNEL_DAYS, dimensions: ['authority', 'channel', 'outcome'] },
  { rollup: WARD_DAYS, dimensions: ['authority', 'channel', 'outcome', 'ward'] },
  { rollup: STREET_MONTHS, dimensions: ['authority', 'outcome', 'ward', 'street'] }
]

/**
 * Which rollup answers a question about these dimensions in periods between `bounds` (days; left out: any months);
 * undefined if none is kept for them. Streets come by month alone, whatever the bounds: who asks has to see to that.
 */
export function rollupFor (dimensions: Iterable<Dimension>, bounds: readonly number[] = []): Rollup | undefined {
  const wanted = [...dimensions]
  const having = TABLES.filter((table) => wanted.every((dimension) => table.dimensions.includes(dimension))).map((
    { rollup }
  ) => rollup)
  return having.find(({ unit }) =>
    unit === 'day' || (bounds.length > 0 && bounds.every((day) => periodStart(unit, day) === day))
  ) ?? having.at(-1)
}

const ID: Record<Dimension, (cell: RollupCell) => number> = {
  authority: ({ authorityId }) => authorityId,
  channel: ({ channelId }) => channelId,
  outcome: ({ outcome }) => outcome,
  ward: ({ wardId }) => wardId,
  street: ({ street }) => street
}

/**
 * Sums by period and group, from the smallest rollup that has the dimensions. One statement for a hundred authorities,
 * by ward and street for a few; groups in no set order.
 */
export async function readCells (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const { serviceId, type, authorityIds, groupBy, starts, end } = query
  const rollup = rollupFor([...groupBy, ...Object.keys(query.filters) as Dimension[]], [...starts, end])
  if (rollup === undefined) throw new RangeError('no rollup has these dimensions')
  const { ward, ...filters } = query.filters
  const kept = Object.entries(filters).map(([name, ids]) => ({ id: ID[name as Dimension], ids: new Set(ids) }))
  const sums = new Sums<RollupCell>(query, (dimension) => ID[dimension])
  await eachCell(
    client,
    rollup,
    { authorityIds, serviceId, type, from: starts[0] ?? 0, before: end, wardIds: ward },
    (cell) => {
      if (kept.every(({ id, ids }) => ids.has(id(cell)))) sums.add(cell)
    }
  )
  return sums.cells
}
