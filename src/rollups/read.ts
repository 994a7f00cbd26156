import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { periodStart } from '../domain/period.ts'
import { int2Array, int4Array } from '../postgres/binary-array.ts'
import { DIMENSION_NAMES, DIMENSIONS, ROLLUPS, type Dimension, type KeyField, type Rollup } from './dimensions.ts'
import { parsePacked, type PackedSums } from './packed.ts'
import { packed, PACKED_COLUMNS } from './sql.ts'

export interface SumQuestion {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  /** Days since 1970-01-01, the second not included. Sums of streets are those whose month begins in between. */
  from: number
  before: number
  /** What the sums have to be told apart by, or are filtered by. Throws `RangeError` where nothing is kept by them. */
  dimensions: readonly Dimension[]
  /** Days on which periods begin: sums are by week where these and `before` are Mondays. Left out: by day. */
  starts?: readonly number[]
  /** Only these ids. */
  filters?: Partial<Record<Dimension, readonly number[]>>
}

/**
 * A sum of events. An id that was not asked for is not to be looked at. `day` is the first day of the week or month
 * where the sum is of one.
 */
export interface EventSum extends Record<Dimension, number> {
  authorityId: number
  day: number
  events: number
  count: number
  avoidable: number
}

/** By what the sums of some dimensions are kept at the finest; undefined: no rollup has these dimensions together. */
export function finestUnit (dimensions: Iterable<Dimension>): 'day' | 'month' | undefined {
  const unit = rollupFor([...dimensions])?.unit
  return unit === 'month' || unit === undefined ? unit : 'day'
}

function rollupFor (dimensions: readonly Dimension[], bounds: readonly number[] = []): Rollup | undefined {
  const having = ROLLUPS.filter((rollup) => dimensions.every((one) => rollup.dimensions.includes(one)))
  const whole = (unit: Rollup['unit']): boolean =>
    bounds.length > 0 && bounds.every((day) => periodStart(unit, day) === day)
  return having.find(({ unit }) => unit === 'day' || whole(unit)) ?? having.find(({ unit }) => unit === 'month')
}

/**
 * Authorities a statement, by ward and without: it bounds what is held at once, some megabytes, and for how long other
 * requests wait.
 */
const [MOST_AUTHORITIES_BY_WARD, MOST_AUTHORITIES] = [4, 100]

type Row = PackedSums & { authorityId: number, start: number, wardId: number }

/**
 * Visits every sum that the question asks for, folded and pending, some of them in several parts: who visits adds up.
 * It is the same object each time. Unpacked here a sum costs a tenth of what Postgres takes to make a row of it.
 */
export async function eachSum (
  client: pg.Pool | pg.ClientBase, question: SumQuestion, visit: (sum: Readonly<EventSum>) => void
): Promise<void> {
  const { authorityIds, dimensions, starts, from, before, filters = {} } = question
  const rollup = rollupFor([...dimensions, ...Object.keys(filters) as Dimension[]], starts && [...starts, before])
  if (rollup === undefined) throw new RangeError('no rollup has these dimensions')
  const wanted = Object.entries(filters).map(([name, ids]) => ({ name: name as Dimension, ids: new Set(ids) }))
  const visitWanted = (sum: EventSum): void => {
    if (sum.day >= from && sum.day < before && wanted.every(({ name, ids }) => ids.has(sum[name]))) visit(sum)
  }
  const most = rollup.byWard ? MOST_AUTHORITIES_BY_WARD : MOST_AUTHORITIES
  for (let first = 0; first < authorityIds.length; first += most) {
    const rows = await readRows(client, rollup, question, authorityIds.slice(first, first + most))
    for (const row of rows) unpack(row, rollup.key, visitWanted)
  }
}

async function readRows (
  client: pg.Pool | pg.ClientBase,
  rollup: Rollup,
  { serviceId, type, from, before, filters = {} }: SumQuestion,
  authorityIds: readonly number[]
): Promise<Row[]> {
  const { folded, span, byWard } = rollup
  const [one] = authorityIds.length === 1 ? authorityIds : []
  const wards = byWard ? filters.ward : undefined
  // Values stand in sub-selects, so that a statement is planned once; one authority alone does not, so that a cluster
  // sends the statement to the one node that has it.
  const ofAuthorities = one === undefined ? 'ANY ((SELECT $1::int2[])::int2[])' : '$1::int2'
  const ofSeries = `authority_id = ${ofAuthorities}
    AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)
    ${wards === undefined ? '' : `AND ${DIMENSIONS.ward.column} = ANY ((SELECT $6::int4[])::int4[])`}`
  const { rows } = await client.query<Row>({
    name: `sums-${folded}${one === undefined ? '' : '-of-one'}${wards === undefined ? '' : '-of-wards'}`,
    text: `
      SELECT authority_id AS "authorityId", ${span} - DATE '1970-01-01' AS start,
        ${byWard ? DIMENSIONS.ward.column : '0'} AS "wardId", ${PACKED_COLUMNS.join(', ')}
      FROM (
        SELECT ${[...rollup.by, ...PACKED_COLUMNS].join(', ')} FROM ${folded}
        WHERE ${ofSeries} AND ${span} >= date_trunc('${span}', (SELECT $4::date)::timestamp)::date
          AND ${span} < (SELECT $5::date)
        UNION ALL
        ${packed(rollup, `
        SELECT * FROM rollup_pending_event
        WHERE ${ofSeries} AND local_date >= (SELECT $4::date) AND local_date < (SELECT $5::date)`)}
      ) AS half`,
    values: [
      one ?? int2Array(authorityIds, (id) => id),
      serviceId,
      type,
      formatDay(from),
      formatDay(before),
      ...(wards === undefined ? [] : [int4Array(wards, (id) => id)])
    ]
  })
  return rows
}

const NO_IDS = Object.fromEntries(DIMENSION_NAMES.map((name) => [name, 0])) as Record<Dimension, number>

function unpack (row: Row, fields: readonly KeyField[], visit: (sum: EventSum) => void): void {
  const { authorityId, start, wardId } = row
  const { keys, events, counts, avoidable } = parsePacked(row)
  const sum: EventSum = {
    ...NO_IDS, authorityId, day: start, ward: wardId, events: 0, count: 0, avoidable: 0
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    sum.day = 0
    for (const { name, shift, mask } of fields) sum[name] = key >>> shift & mask
    sum.day += start
    sum.events = events[i] ?? 0
    sum.count = counts[i] ?? 0
    sum.avoidable = avoidable[i] ?? 0
    visit(sum)
  }
}
