import type pg from 'pg'
import type { PackedRollup } from '../rollups/definitions.ts'
import { eachPlace, type PlaceCell } from '../rollups/read-packed.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'

const ID: Record<Dimension, (cell: PlaceCell) => number> = {
  authority: ({ authorityId }) => authorityId,
  channel: ({ channelId }) => channelId,
  outcome: ({ outcome }) => outcome,
  ward: ({ wardId }) => wardId,
  street: ({ street }) => street
}

interface Group { ids: Partial<Record<Dimension, number>>, sums: Array<{ events: number, count: number }> }

/** `readCells` of rollups that are packed: wards, streets, and days. */
export async function readPlaceCells (client: pg.Pool | pg.ClientBase, rollup: PackedRollup, query: CellQuery): Promise<Cell[]> {
  const { serviceId, type, authorityIds, starts, end, groupBy } = query
  const { ward, ...filters } = query.filters
  const kept = Object.entries(filters).map(([name, ids]) => ({ id: ID[name as Dimension], ids: new Set(ids) }))
  const from = starts[0] ?? 0
  const periodOf = starts.flatMap((start, period) => Array.from({ length: (starts[period + 1] ?? end) - start }, () => period))
  const groups: Group[] = []
  const groupOf = grouping(groupBy, groups)
  await eachPlace(client, rollup, { authorityIds, serviceId, type, from, before: end, wardIds: ward }, (cell) => {
    if (kept.length > 0 && !kept.every(({ id, ids }) => ids.has(id(cell)))) return
    const sum = groupOf(cell).sums[periodOf[cell.day - from] ?? 0] ??= { events: 0, count: 0 }
    sum.events += cell.events
    sum.count += cell.count
  })
  return groups.flatMap(({ ids, sums }) => sums.flatMap(({ events, count }, period) => events > 0 ? [{ ...ids, period, count }] : []))
}

// A map for each dimension in the one before: no key has to be made of several numbers for each of many thousand cells.
function grouping ([dimension, ...rest]: readonly Dimension[], groups: Group[], ids: Group['ids'] = {}): (cell: PlaceCell) => Group {
  if (dimension === undefined) {
    const group: Group = { ids, sums: [] }
    groups.push(group)
    return () => group
  }
  const inner = new Map<number, (cell: PlaceCell) => Group>()
  return (cell) => {
    const id = ID[dimension](cell)
    let groupOf = inner.get(id)
    if (groupOf === undefined) inner.set(id, groupOf = grouping(rest, groups, { ...ids, [dimension]: id }))
    return groupOf(cell)
  }
}
