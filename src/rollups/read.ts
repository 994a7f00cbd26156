import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { periodStart } from '../domain/period.ts'
import { arrayOf, int2Array } from '../postgres/binary-array.ts'
import {
  columnOf, DIMENSION_NAMES, EVENT_ROLLUPS, OF_EVENTS, parameterOf, type AnyDimension, type Dimension, type Rollup
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
    sum.authorityId = authorityId
    const tell = (events = 0, count = 0, avoidable = 0): void => {
      sum.events = events
      sum.count = count
      sum.avoidable = avoidable
      if (sum.day >= from && sum.day < before && wanted.every(({ name, ids }) => ids.has(sum[name]))) visit(sum)
    }
    if (start === null) {
      const { days, ids, events, counts, avoidable } = parsePending(rollup, row)
      for (const [i, day] of days.entries()) {
        sum.day = rollup.unit === 'day' ? day : periodStart(rollup.unit, day)
        for (const { name, of } of ids) sum[name] = of[i] ?? 0
        tell(events[i], counts[i], avoidable[i])
      }
      return
    }
    const { keys, measures: [events = [], counts = [], avoidable = []] } = parsePacked(rollup.family, row)
    sum.ward = Number(row['ward_id'] ?? 0)
    for (const [i, key] of keys.entries()) {
      sum.day = 0
      for (const { name, shift, mask } of rollup.key) sum[name as 'day' | Dimension] = key >>> shift & mask
      sum.day += start
      tell(events[i], counts[i], avoidable[i])
    }
  })
}

/** What a pending row has of a rollup: an element an event in every array. */
function parsePending ({ dimensions }: Rollup, row: Record<string, unknown>): {
  days: number[], ids: Array<{ name: Dimension, of: number[] }>, events: number[], counts: number[], avoidable: number[]
} {
  const numbers = (column: string): number[] => String(row[`pending_${column}`]).slice(1, -1).split(',').map(Number)
  return {
    days: numbers('local_days'),
    ids: (dimensions as readonly Dimension[]).map((name) => ({ name, of: numbers(`${columnOf(name)}s`) })),
    events: numbers('events'),
    counts: numbers('counts'),
    avoidable: numbers('avoidable')
  }
}

/** The arrays of a pending row that a rollup of events is made of. */
const pendingArrays = ({ dimensions }: Rollup): string[] =>
  ['local_days', ...dimensions.map((name) => `${columnOf(name)}s`), 'events', 'counts', 'avoidable']

const NO_IDS = Object.fromEntries(DIMENSION_NAMES.map((name) => [name, 0])) as Record<Dimension, number>

/** What of each dimension is filtered by. */
export const wantedIds = (
  filters: Partial<Record<Dimension, readonly number[]>>
): Array<{ name: Dimension, ids: ReadonlySet<number> }> =>
  Object.entries(filters).map(([name, ids]) => ({ name: name as Dimension, ids: new Set(ids) }))

/**
 * Authorities a statement, where rows are of a ward and where not, or more of few packed rows each: it bounds what is
 * held at once, some megabytes, and for how long other requests wait.
 */
const [MOST_AUTHORITIES_BY_WARD, MOST_AUTHORITIES, MOST_ROWS] = [4, 100, 2500]

function mostAuthorities ({ ofRow, span }: Rollup, { from, before }: PackedQuestion): number {
  if (ofRow.length > 0) return ofRow.includes('ward') ? MOST_AUTHORITIES_BY_WARD : MOST_AUTHORITIES
  const spans = 1 + Math.max(0, before - from) / (span === 'year' ? 365 : 30)
  return Math.max(MOST_AUTHORITIES, Math.floor(MOST_ROWS / spans))
}

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

/** A packed row; `start` is the first day of its span, null: a pending row of events, whose arrays stand in `row`. */
interface PackedRow { authorityId: number, start: number | null, row: PackedSums }

/** Visits the rows of a rollup that a question needs, folded and pending; pending details are packed too. */
export async function eachPacked (
  client: pg.Pool | pg.ClientBase, rollup: Rollup, question: PackedQuestion, visit: (row: PackedRow) => void
): Promise<void> {
  const { authorityIds } = question
  const most = mostAuthorities(rollup, question)
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
): Promise<Array<Read & Record<string, unknown>>> {
  const { family, folded, span, by } = rollup
  const [one] = authorityIds.length === 1 ? authorityIds : []
  const filtered = rollup.ofRow.filter((name) => ofRow[name] !== undefined)
  // Values stand in sub-selects, so that a statement is planned once; authorities do not, so that a cluster sends the
  // statement to the nodes that have them.
  const ofSeries = `authority_id = ${one === undefined ? 'ANY ($1::int2[])' : '$1::int2'}
    AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)`
  const ofIds = filtered.map((name, i) => {
    const type = `${parameterOf(name)}[]`
    return `AND ${columnOf(name)} = ANY ((SELECT $${6 + i}::${type})::${type})`
  }).join(' ')
  // Pending events come as they are: to pack them costs Postgres more than to add them up here, and a node of a cluster
  // more still, which plans anew. There may be many times more details of them.
  const arrays = family === OF_EVENTS ? pendingArrays(rollup) : []
  const pending = family === OF_EVENTS
    ? `SELECT ${by.map((column) => column === span ? 'NULL' : column.endsWith('ward_id') ? '0' : column).join(', ')},
          ${family.packed.map(() => 'NULL').join(', ')}, ${arrays.map((name) => `${name}::text`).join(', ')}
        FROM ${family.pending} WHERE ${ofSeries}`
    : packed(rollup, `
        SELECT * FROM ${family.pendingView}
        WHERE ${ofSeries} ${ofIds} AND local_date >= (SELECT $4::date) AND local_date < (SELECT $5::date)`)
  const { rows } = await client.query<Read & Record<string, unknown>>({
    name: `sums-${folded}${one === undefined ? '' : '-of-one'}${filtered.map((name) => `-${name}`).join('')}`,
    text: `
      SELECT authority_id AS "authorityId", ${span} - DATE '1970-01-01' AS start,
        ${[...rollup.ofRow.map(columnOf), ...family.packed, ...arrays.map((name) => `pending_${name}`)].join(', ')}
      FROM (
        SELECT ${[...by, ...family.packed, ...arrays.map((name) => `NULL::text AS pending_${name}`)].join(', ')}
        FROM ${folded}
        WHERE ${ofSeries} ${ofIds} AND ${span} >= date_trunc('${span}', (SELECT $4::date)::timestamp)::date
          AND ${span} < (SELECT $5::date)
        UNION ALL
        ${pending}
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

interface Read { authorityId: number, start: number | null }
