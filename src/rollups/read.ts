import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { periodStart } from '../domain/period.ts'
import { arrayOf, int2Array } from '../postgres/binary-array.ts'
import {
  columnOf, DIMENSION_NAMES, EVENT_ROLLUPS, parameterOf, type AnyDimension, type Dimension, type Rollup
} from './dimensions.ts'
import { parsePacked, type PackedSums } from './packed.ts'
import { packed } from './sql.ts'

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
  const having = EVENT_ROLLUPS.filter((rollup) => dimensions.every((one) => rollup.dimensions.includes(one)))
  const whole = (unit: Rollup['unit']): boolean =>
    bounds.length > 0 && bounds.every((day) => periodStart(unit, day) === day)
  return having.find(({ unit }) => unit === 'day' || whole(unit)) ?? having.find(({ unit }) => unit === 'month')
}

/**
 * Visits every sum that the question asks for, folded and pending, some of them in several parts: who visits adds up.
 * It is the same object each time. Unpacked here a sum costs a tenth of what Postgres takes to make a row of it.
 */
export async function eachSum (
  client: pg.Pool | pg.ClientBase, question: SumQuestion, visit: (sum: Readonly<EventSum>) => void
): Promise<void> {
  const { dimensions, starts, from, before, filters = {} } = question
  const rollup = rollupFor([...dimensions, ...Object.keys(filters) as Dimension[]], starts && [...starts, before])
  if (rollup === undefined) throw new RangeError('no rollup has these dimensions')
  const wanted = wantedIds(filters)
  const sum: EventSum = { ...NO_IDS, authorityId: 0, day: 0, events: 0, count: 0, avoidable: 0 }
  await eachPacked(client, rollup, { ...question, ofRow: { ward: filters.ward } }, ({ authorityId, start, row }) => {
    const { keys, measures: [events = [], counts = [], avoidable = []] } = parsePacked(rollup.family, row)
    sum.authorityId = authorityId
    sum.ward = Number(row['ward_id'] ?? 0)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0
      sum.day = 0
      for (const { name, shift, mask } of rollup.key) sum[name as 'day' | Dimension] = key >>> shift & mask
      sum.day += start
      sum.events = events[i] ?? 0
      sum.count = counts[i] ?? 0
      sum.avoidable = avoidable[i] ?? 0
      if (sum.day >= from && sum.day < before && wanted.every(({ name, ids }) => ids.has(sum[name]))) visit(sum)
    }
  })
}

const NO_IDS = Object.fromEntries(DIMENSION_NAMES.map((name) => [name, 0])) as Record<Dimension, number>

/** What of each dimension is filtered by. */
export const wantedIds = (
  filters: Partial<Record<Dimension, readonly number[]>>
): Array<{ name: Dimension, ids: ReadonlySet<number> }> =>
  Object.entries(filters).map(([name, ids]) => ({ name: name as Dimension, ids: new Set(ids) }))

/**
 * Authorities a statement, where rows are of a ward and where not: it bounds what is held at once, some megabytes, and
 * for how long other requests wait.
 */
const [MOST_AUTHORITIES_BY_WARD, MOST_AUTHORITIES] = [4, 100]

export interface PackedQuestion {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  /** Days since 1970-01-01, the second not included. */
  from: number
  before: number
  /** Only rows of these ids. */
  ofRow: Partial<Record<AnyDimension, ReadonlyArray<number | string> | undefined>>
}

/** A packed row, folded or of what is pending; `start` is the first day of its span. */
interface PackedRow { authorityId: number, start: number, row: PackedSums }

/** Visits the rows of a rollup that a question needs, folded and pending. */
export async function eachPacked (
  client: pg.Pool | pg.ClientBase, rollup: Rollup, question: PackedQuestion, visit: (row: PackedRow) => void
): Promise<void> {
  const { authorityIds } = question
  const most = rollup.ofRow.includes('ward') ? MOST_AUTHORITIES_BY_WARD : MOST_AUTHORITIES
  for (let first = 0; first < authorityIds.length; first += most) {
    const rows = await readRows(client, rollup, question, authorityIds.slice(first, first + most))
    for (const { authorityId, start, ...row } of rows) visit({ authorityId, start, row: row as unknown as PackedSums })
  }
}

async function readRows (
  client: pg.Pool | pg.ClientBase,
  rollup: Rollup,
  { serviceId, type, from, before, ofRow }: PackedQuestion,
  authorityIds: readonly number[]
): Promise<Array<{ authorityId: number, start: number } & Record<string, unknown>>> {
  const { family, folded, span } = rollup
  const [one] = authorityIds.length === 1 ? authorityIds : []
  const filtered = rollup.ofRow.filter((name) => ofRow[name] !== undefined)
  // Values stand in sub-selects, so that a statement is planned once; one authority alone does not, so that a cluster
  // sends the statement to the one node that has it.
  const ofAuthorities = one === undefined ? 'ANY ((SELECT $1::int2[])::int2[])' : '$1::int2'
  const ofIds = filtered.map((name, i) => {
    const type = `${parameterOf(name)}[]`
    return `AND ${columnOf(name)} = ANY ((SELECT $${6 + i}::${type})::${type})`
  })
  const ofSeries = `authority_id = ${ofAuthorities}
    AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2) ${ofIds.join(' ')}`
  const { rows } = await client.query<{ authorityId: number, start: number } & Record<string, unknown>>({
    name: `sums-${folded}${one === undefined ? '' : '-of-one'}${filtered.map((name) => `-${name}`).join('')}`,
    text: `
      SELECT authority_id AS "authorityId", ${span} - DATE '1970-01-01' AS start,
        ${[...rollup.ofRow.map(columnOf), ...family.packed].join(', ')}
      FROM (
        SELECT ${[...rollup.by, ...family.packed].join(', ')} FROM ${folded}
        WHERE ${ofSeries} AND ${span} >= date_trunc('${span}', (SELECT $4::date)::timestamp)::date
          AND ${span} < (SELECT $5::date)
        UNION ALL
        ${packed(rollup, `
        SELECT * FROM ${family.pendingView}
        WHERE ${ofSeries} AND local_date >= (SELECT $4::date) AND local_date < (SELECT $5::date)`)}
      ) AS half`,
    values: [
      one ?? int2Array(authorityIds, (id) => id),
      serviceId,
      type,
      formatDay(from),
      formatDay(before),
      ...filtered.map((name) => arrayOf(parameterOf(name))(ofRow[name] ?? [], (id) => id as never))
    ]
  })
  return rows
}
