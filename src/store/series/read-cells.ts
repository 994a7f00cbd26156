import type pg from 'pg'
import { formatDay } from '../../domain/calendar.ts'
import { dateArray, int2Array, int4Array } from '../binary-array.ts'
import { readColumns } from '../read-columns.ts'
import { betweenDays } from '../rollups/definitions.ts'

/** What cells can be told apart by. */
export type Dimension = 'authority' | 'channel' | 'outcome' | 'ward' | 'street'

export interface CellQuery {
  serviceId: number
  type: number
  authorityIds: number[]
  groupBy: Dimension[]
  /** Only these ids; a dimension that is not named is not filtered. */
  filters: Partial<Record<Exclude<Dimension, 'authority'>, number[]>>
  /** First days of the periods, ascending. */
  starts: number[]
  /** The day after the last. */
  end: number
  /** Only the groups with the largest sums over all periods, so many. */
  top?: number | undefined
}

/** A sum: `period` is an index into `starts`; the ids are there for the dimensions grouped by. */
export interface Cell extends Partial<Record<Dimension, number>> {
  period: number
  /** What the events count. */
  count: number
}

interface Table { name: string, date: string, unit: 'day' | 'week' | 'month', dimensions: Partial<Record<Dimension, string>> }

// Smallest first: a query is answered from the first that has its dimensions.
const TABLES: readonly Table[] = [
  { name: 'rollup_week', date: 'week', unit: 'week', dimensions: { authority: 'authority_id', outcome: 'outcome' } },
  { name: 'rollup_channel_week', date: 'week', unit: 'week', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_channel_month', date: 'month', unit: 'month', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_channel_day', date: 'local_date', unit: 'day', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_ward_day', date: 'local_date', unit: 'day', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome', ward: 'ward_id' } },
  { name: 'rollup_street_month', date: 'month', unit: 'month', dimensions: { authority: 'authority_id', outcome: 'outcome', ward: 'ward_id', street: 'street' } }
]

/**
 * Which rollup answers a question about these dimensions in periods between `bounds` (days; left out: any months);
 * undefined if none is kept for them. Streets come by month alone, whatever the bounds: who asks has to see to that.
 */
export function tableFor (dimensions: Iterable<Dimension>, bounds: readonly number[] = []): Table | undefined {
  const wanted = [...dimensions]
  const having = TABLES.filter((table) => wanted.every((dimension) => table.dimensions[dimension] !== undefined))
  return having.find(({ unit }) => unit === 'day' || (bounds.length > 0 && bounds.every(STARTS[unit]))) ?? having.at(-1)
}

// 1970-01-01 was a Thursday.
const STARTS = {
  week: (day: number): boolean => (day + 3) % 7 === 0,
  month: (day: number): boolean => new Date(day * 86_400_000).getUTCDate() === 1
}

const [FROM, BEFORE] = ['(SELECT ($1::date[])[1])', '(SELECT $5::date)']

/** Sums by period and group, from the smallest rollup that has the dimensions. One statement; groups in no set order. */
export async function readCells (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const filters = Object.entries(query.filters) as Array<[Dimension, number[]]>
  const table = tableFor([...query.groupBy, ...filters.map(([dimension]) => dimension)], [...query.starts, query.end])
  if (table === undefined) throw new RangeError('no rollup has these dimensions')
  const columns = query.groupBy.map((dimension) => `${table.dimensions[dimension] ?? ''} AS ${dimension}`)
  const cells = `
    SELECT width_bucket(${table.date}, (SELECT $1::date[])) - 1 AS period${columns.map((column) => `, ${column}`).join('')},
      sum8(count) AS count
    FROM ${table.name}
    WHERE authority_id = ANY ((SELECT $2::int2[])::int2[]) AND service_id = (SELECT $3::int2) AND type = (SELECT $4::int2)
      AND ${table.unit === 'day' ? betweenDays(table.name, FROM, BEFORE) : `${table.date} >= ${FROM} AND ${table.date} < ${BEFORE}`}
      ${filters.map(([dimension], i) => `AND ${table.dimensions[dimension] ?? ''} = ANY ((SELECT $${6 + i}::int4[])::int4[])`).join(' ')}
    GROUP BY 1${query.groupBy.map((_, i) => `, ${i + 2}`).join('')}
    HAVING sum8(events) > 0`
  const groups = query.groupBy.join(', ')
  const top = groups === '' ? undefined : query.top
  const text = top === undefined
    ? cells
    : query.starts.length === 1
      ? `${cells} ORDER BY count DESC, ${groups} LIMIT (SELECT $${6 + filters.length}::int8)`
      : `WITH cells AS MATERIALIZED (${cells}) SELECT * FROM cells JOIN (
        SELECT ${groups} FROM cells GROUP BY ${groups} ORDER BY sum8(count) DESC, ${groups} LIMIT (SELECT $${6 + filters.length}::int8)
      ) AS largest USING (${groups})`
  return await readColumns(client, {
    columns: ['period', ...query.groupBy, 'count'],
    text,
    values: [
      dateArray(query.starts, (start) => start), int2Array(query.authorityIds, (id) => id), query.serviceId, query.type, formatDay(query.end),
      ...filters.map(([, ids]) => int4Array(ids, (id) => id)), ...(top === undefined ? [] : [top])
    ]
  })
}
