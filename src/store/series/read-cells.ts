import type pg from 'pg'
import { formatDay } from '../../domain/calendar.ts'
import { largest } from '../../domain/largest.ts'
import { periodStart } from '../../domain/period.ts'
import { int2Array, int4Array } from '../binary-array.ts'
import { readLists } from '../read-columns.ts'
import { CHANNEL_DAYS, STREET_MONTHS, WARD_DAYS, type PackedRollup } from '../rollups/definitions.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'
import { readPlaceCells } from './read-place-cells.ts'
import { Sums } from './sums.ts'

interface Table { name: string, date: string, unit: 'day' | 'week' | 'month', dimensions: Partial<Record<Dimension, string>>, packed?: PackedRollup }

// Smallest first: a query is answered from the first that has its dimensions.
const TABLES: readonly Table[] = [
  { name: 'rollup_week', date: 'week', unit: 'week', dimensions: { authority: 'authority_id', outcome: 'outcome' } },
  { name: 'rollup_channel_week', date: 'week', unit: 'week', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_channel_month', date: 'month', unit: 'month', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_channel_day', date: 'local_date', unit: 'day', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' }, packed: CHANNEL_DAYS },
  { name: 'rollup_ward_day', date: 'local_date', unit: 'day', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome', ward: 'ward_id' }, packed: WARD_DAYS },
  { name: 'rollup_street_month', date: 'month', unit: 'month', dimensions: { authority: 'authority_id', outcome: 'outcome', ward: 'ward_id', street: 'street' }, packed: STREET_MONTHS }
]

/**
 * Which rollup answers a question about these dimensions in periods between `bounds` (days; left out: any months);
 * undefined if none is kept for them. Streets come by month alone, whatever the bounds: who asks has to see to that.
 */
export function tableFor (dimensions: Iterable<Dimension>, bounds: readonly number[] = []): Table | undefined {
  const wanted = [...dimensions]
  const having = TABLES.filter((table) => wanted.every((dimension) => table.dimensions[dimension] !== undefined))
  return having.find(({ unit }) => unit === 'day' || (bounds.length > 0 && bounds.every((day) => periodStart(unit, day) === day))) ?? having.at(-1)
}

/** Sums by period and group, from the smallest rollup that has the dimensions. One statement, by ward and street and by day one for some authorities; groups in no set order. */
export async function readCells (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const cells = await readAll(client, query)
  return query.top === undefined || query.groupBy.length === 0 ? cells : largestGroups(cells, query.groupBy, query.top)
}

async function readAll (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const filters = Object.entries(query.filters) as Array<[Dimension, number[]]>
  const table = tableFor([...query.groupBy, ...filters.map(([dimension]) => dimension)], [...query.starts, query.end])
  if (table === undefined) throw new RangeError('no rollup has these dimensions')
  if (table.packed !== undefined) return await readPlaceCells(client, table.packed, query)
  const named = query.groupBy.map((dimension) => `, ${table.dimensions[dimension] ?? ''} AS ${dimension}`).join('')
  const where = (date: string): string => `
    authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)
    AND ${date} >= (SELECT $4::date) AND ${date} < (SELECT $5::date)
    ${filters.map(([dimension], i) => `AND ${table.dimensions[dimension] ?? ''} = ANY ((SELECT $${6 + i}::int4[])::int4[])`).join(' ')}`
  // What is folded has few rows more than the answer: to group those takes Postgres longer than to read them.
  const [days = [], events = [], counts = [], ...ids] = await readLists(client, {
    columns: ['day', 'events', 'count', ...query.groupBy],
    text: `
      SELECT ${table.date} - DATE '1970-01-01' AS day, events, count${named} FROM ${table.name}_folded WHERE ${where(table.date)}
      UNION ALL
      SELECT local_date - DATE '1970-01-01', sum8(events), sum8(count)${named} FROM rollup_pending_cell WHERE ${where('local_date')}
      GROUP BY local_date${query.groupBy.map((_, i) => `, ${i + 4}`).join('')}`,
    values: [
      int2Array(query.authorityIds, (id) => id), query.serviceId, query.type, formatDay(query.starts[0] ?? 0), formatDay(query.end),
      ...filters.map(([, ids]) => int4Array(ids, (id) => id))
    ]
  })
  const sums = new Sums<{ at: number, day: number, events: number, count: number }>(query, (dimension) => {
    const column = ids[query.groupBy.indexOf(dimension)] ?? []
    return ({ at }) => column[at] ?? 0
  })
  const row = { at: 0, day: 0, events: 0, count: 0 }
  for (; row.at < days.length; row.at++) {
    row.day = days[row.at] ?? 0
    row.events = events[row.at] ?? 0
    row.count = counts[row.at] ?? 0
    sums.add(row)
  }
  return sums.cells
}

// Of equal sums the lower ids.
function largestGroups (cells: Cell[], groupBy: readonly Dimension[], top: number): Cell[] {
  const groups = [...Map.groupBy(cells, (cell) => groupBy.map((dimension) => cell[dimension]).join(' ')).values()]
  const byIds = ([a]: Cell[], [b]: Cell[]): number =>
    groupBy.map((dimension) => (a?.[dimension] ?? 0) - (b?.[dimension] ?? 0)).find((difference) => difference !== 0) ?? 0
  return largest(groups, top, (group) => group.reduce((sum, { count }) => sum + count, 0), byIds).flat()
}
