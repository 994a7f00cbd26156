import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { int2Array, int4Array } from '../postgres/binary-array.ts'
import { STREET_MONTHS, SUMS, type Rollup } from './definitions.ts'
import { channelOfKey, dayOfKey, outcomeOfKey, parsePacked, streetOfKey, type PackedRow } from './packed.ts'
import { eachPending } from './pending.ts'

export interface RollupQuery {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  /** Days since 1970-01-01, the second not included. */
  from: number
  before: number
  /** Left out: all of them, and what has no ward. */
  wardIds?: readonly number[] | undefined
}

/**
 * What is known of a cell: what its rollup has no key for is not to be looked at, and of a street's months any day of
 * the month.
 */
export interface RollupCell {
  authorityId: number
  wardId: number
  day: number
  channelId: number
  outcome: number
  street: number
  events: number
  count: number
  avoidable: number
}

interface Folded extends PackedRow { authorityId: number, start: number, wardId: number, pendingKeys: null }
interface Pending { authorityId: number, pendingKeys: string, pendingPlaces: string, pendingCounts: string }

/**
 * Authorities a statement, by ward and without: it bounds what is held at once, some megabytes, and for how long other
 * requests wait.
 */
const [MOST_AUTHORITIES_BY_WARD, MOST_AUTHORITIES] = [4, 100]

/**
 * Visits every cell of a rollup, folded and pending, some of them several times: who visits adds up. It is the same
 * object each time. Unpacked here a cell costs a tenth of what Postgres takes to make a row of it and group those.
 */
export async function eachCell (
  client: pg.Pool | pg.ClientBase, rollup: Rollup, query: RollupQuery, visit: (cell: Readonly<RollupCell>) => void
): Promise<void> {
  const { authorityIds, serviceId, type, from, before, wardIds } = query
  const { folded, span, byWard } = rollup
  const ofStreets = rollup === STREET_MONTHS
  const most = byWard ? MOST_AUTHORITIES_BY_WARD : MOST_AUTHORITIES
  const wards = wardIds === undefined ? undefined : new Set(wardIds)
  const wanted = (cell: RollupCell): void => {
    if (cell.day >= from && cell.day < before && (wards?.has(cell.wardId) ?? true)) visit(cell)
  }
  for (let first = 0; first < authorityIds.length; first += most) {
    const { rows } = await client.query<Folded | Pending>({
      name: `each-${folded}${wardIds === undefined ? '' : '-of-wards'}`,
      text: `
        SELECT authority_id AS "authorityId", ${span} - DATE '1970-01-01' AS start,
          ${byWard ? 'ward_id' : '0'} AS "wardId",
          keys, events, counts, avoidable, NULL AS "pendingKeys", NULL AS "pendingPlaces", NULL AS "pendingCounts"
        FROM ${folded} WHERE ${OF_SERIES} AND ${span} >= date_trunc('${span}', (SELECT $4::date)::timestamp)::date
          AND ${span} < (SELECT $5::date)
          ${wardIds === undefined ? '' : 'AND ward_id = ANY ((SELECT $6::int4[])::int4[])'}
        UNION ALL ${byWard ? PENDING : PENDING_DAYS}`,
      values: [
        int2Array(authorityIds.slice(first, first + most), (id) => id),
        serviceId,
        type,
        formatDay(from),
        formatDay(before),
        ...(wardIds === undefined ? [] : [int4Array(wardIds, (id) => id)])
      ]
    })
    for (const row of rows) {
      if (row.pendingKeys === null) visitFolded(row, ofStreets, wanted)
      else visitPending(row, ofStreets, wanted)
    }
  }
}

const OF_SERIES =
  'authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)'
const PENDING =
  'SELECT authority_id, 0, 0, NULL, NULL, NULL, NULL, keys::text, places::text, counts::text FROM rollup_pending ' +
    `WHERE ${OF_SERIES}`
// Of all wards together there is little left when it is summed, of however many authorities: packed as a year of days.
const PENDING_DAYS = `
  SELECT authority_id, year - DATE '1970-01-01', 0, string_agg(int4send(key), ''), string_agg(int4send(events::int4),
    ''), string_agg(int8send(count), ''),
    string_agg(int8send(avoidable), ''), NULL, NULL, NULL
  FROM (
    SELECT authority_id, year, ((local_date - year) << 15 | channel_id) << 5 | outcome AS key, ${SUMS}
    FROM (SELECT *, date_trunc('year', local_date::timestamp)::date AS year FROM rollup_pending_cell) AS cell
    WHERE ${OF_SERIES} AND local_date >= (SELECT $4::date) AND local_date < (SELECT $5::date)
    GROUP BY 1, 2, 3
  ) AS day GROUP BY 1, 2`

function visitFolded (row: Folded, ofStreets: boolean, visit: (cell: RollupCell) => void): void {
  const { authorityId, start, wardId } = row
  const { keys, events, counts, avoidable } = parsePacked(row)
  const cell = {
    authorityId, wardId, day: start, channelId: 0, outcome: 0, street: 0, events: 0, count: 0, avoidable: 0
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    if (ofStreets) cell.street = streetOfKey(key)
    else {
      cell.day = start + dayOfKey(key)
      cell.channelId = channelOfKey(key)
    }
    cell.outcome = outcomeOfKey(key)
    cell.events = events[i] ?? 0
    cell.count = counts[i] ?? 0
    cell.avoidable = avoidable[i] ?? 0
    visit(cell)
  }
}

function visitPending (
  { authorityId, pendingKeys: keys, pendingPlaces: places, pendingCounts: counts }: Pending,
  ofStreets: boolean,
  visit: (cell: RollupCell) => void
): void {
  const cell = {
    authorityId, wardId: 0, day: 0, channelId: 0, outcome: 0, street: 0, events: 0, count: 0, avoidable: 0
  }
  eachPending({ keys, places, counts }, (day, channel, outcome, ward, street, events, count, avoidable) => {
    cell.wardId = ward
    cell.day = day
    cell.outcome = outcome
    if (ofStreets) cell.street = street
    else cell.channelId = channel
    cell.events = events
    cell.count = count
    cell.avoidable = avoidable
    visit(cell)
  })
}
