import { createHash } from 'node:crypto'
import type pg from 'pg'
import { dateArray, int2Array, int4Array } from '../binary-array.ts'

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
}

/** A sum: `period` is an index into `starts`; the ids are there for the dimensions grouped by. */
export interface Cell extends Partial<Record<Dimension, number>> {
  period: number
  /** Rows. */
  events: number
  /** What they count. */
  count: number
}

interface Table { name: string, date: string, dimensions: Partial<Record<Dimension, string>> }

// Smallest first: a query is answered from the first that has its dimensions.
const TABLES: readonly Table[] = [
  { name: 'rollup_channel_day', date: 'local_date', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome' } },
  { name: 'rollup_ward_day', date: 'local_date', dimensions: { authority: 'authority_id', channel: 'channel_id', outcome: 'outcome', ward: 'ward_id' } },
  { name: 'rollup_street_month', date: 'month', dimensions: { authority: 'authority_id', outcome: 'outcome', ward: 'ward_id', street: 'street' } }
]

/** Which rollup answers a question about these dimensions; undefined if none is kept for them. */
export function tableFor (dimensions: Iterable<Dimension>): Table | undefined {
  const wanted = [...dimensions]
  return TABLES.find((table) => wanted.every((dimension) => table.dimensions[dimension] !== undefined))
}

/** Sums by period and group, from the smallest rollup that has the dimensions. One statement; groups in no set order. */
export async function readCells (client: pg.Pool | pg.ClientBase, query: CellQuery): Promise<Cell[]> {
  const filters = Object.entries(query.filters) as Array<[Dimension, number[]]>
  const table = tableFor([...query.groupBy, ...filters.map(([dimension]) => dimension)])
  if (table === undefined) throw new RangeError('no rollup has these dimensions')
  const columns = query.groupBy.map((dimension) => `${table.dimensions[dimension] ?? ''} AS ${dimension}`)
  const text = `
    SELECT width_bucket(${table.date}, $1::date[]) - 1 AS period${columns.map((column) => `, ${column}`).join('')},
      sum(events) AS events, sum(count) AS count
    FROM ${table.name}
    WHERE authority_id = ANY ($2::int2[]) AND service_id = $3 AND type = $4 AND ${table.date} >= ($1::date[])[1] AND ${table.date} < $5::date
      ${filters.map(([dimension], i) => `AND ${table.dimensions[dimension] ?? ''} = ANY ($${6 + i}::int4[])`).join(' ')}
    GROUP BY 1${query.groupBy.map((_, i) => `, ${i + 2}`).join('')}
    HAVING sum(events) > 0`
  const day = (value: number): string => new Date(value * 86_400_000).toISOString().slice(0, 10)
  const { rows } = await client.query<Cell>({
    name: createHash('sha1').update(text).digest('hex').slice(0, 20), // one prepared plan for each shape of question
    text,
    values: [
      dateArray(query.starts, (start) => start), int2Array(query.authorityIds, (id) => id), query.serviceId, query.type, day(query.end),
      ...filters.map(([, ids]) => int4Array(ids, (id) => id))
    ]
  })
  return rows
}
