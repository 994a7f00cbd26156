import type pg from 'pg'
import { formatDay } from '../../domain/calendar.ts'
import { int2Array, int4Array } from '../binary-array.ts'
import { STREET_MONTHS, type PackedRollup } from './definitions.ts'
import { channelOfKey, dayOfKey, outcomeOfKey, parsePacked, streetOfKey, type PackedRow } from './packed.ts'
import { eachPending, type PendingRow } from './pending.ts'

export interface PlaceQuery {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  /** Days since 1970-01-01, the second not included. */
  from: number
  before: number
  /** Left out: all of them, and what has no ward. */
  wardIds?: readonly number[] | undefined
}

/** What is known of a cell: what its rollup has no key for is not to be looked at, and of a street's months any day of the month. */
export interface PlaceCell {
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

interface Row extends PackedRow { authorityId: number, month: number, wardId: number, places: string | null }

/** Authorities a statement, by ward and without: it bounds what is held at once, some megabytes, and for how long other requests wait. */
const [MOST_AUTHORITIES_BY_WARD, MOST_AUTHORITIES] = [4, 100]

/**
 * Visits every cell of a packed rollup, folded and pending, some of them several times: who visits adds up. It is the same
 * object each time. Unpacked here a cell costs a tenth of what Postgres takes to make a row of it and group those.
 */
export async function eachPlace (client: pg.Pool | pg.ClientBase, rollup: PackedRollup, query: PlaceQuery, visit: (cell: Readonly<PlaceCell>) => void): Promise<void> {
  const { authorityIds, serviceId, type, from, before, wardIds } = query
  const ofSeries = 'authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)'
  const [isDays, ofWards] = [rollup !== STREET_MONTHS, rollup.packed.by.includes('ward_id')]
  const most = ofWards ? MOST_AUTHORITIES_BY_WARD : MOST_AUTHORITIES
  const wards = wardIds === undefined ? undefined : new Set(wardIds)
  const wanted = (cell: PlaceCell): void => { if (cell.day >= from && cell.day < before && (wards?.has(cell.wardId) ?? true)) visit(cell) }
  for (let first = 0; first < authorityIds.length; first += most) {
    const { rows } = await client.query<Row>({
      name: `each-${rollup.folded}${wardIds === undefined ? '' : '-of-wards'}`,
      text: `
        SELECT authority_id AS "authorityId", month - DATE '1970-01-01' AS month, ${ofWards ? 'ward_id' : '0'} AS "wardId",
          keys::text, events::text, counts::text, avoidable::text, NULL AS places
        FROM ${rollup.folded} WHERE ${ofSeries} AND month >= date_trunc('month', (SELECT $4::date)::timestamp)::date AND month < (SELECT $5::date)
          ${wardIds === undefined ? '' : 'AND ward_id = ANY ((SELECT $6::int4[])::int4[])'}
        UNION ALL SELECT authority_id, 0, 0, keys::text, '', counts::text, '', places::text FROM rollup_pending WHERE ${ofSeries}`,
      values: [
        int2Array(authorityIds.slice(first, first + most), (id) => id), serviceId, type, formatDay(from), formatDay(before),
        ...(wardIds === undefined ? [] : [int4Array(wardIds, (id) => id)])
      ]
    })
    for (const row of rows) {
      if (row.places === null) eachCell(row, isDays, wanted)
      else visitPending(row as Row & PendingRow, isDays, wanted)
    }
  }
}

function eachCell (row: Row, isDays: boolean, visit: (cell: PlaceCell) => void): void {
  const { authorityId, month, wardId } = row
  const { keys, events, counts, avoidable } = parsePacked(row)
  const cell = { authorityId, wardId, day: month, channelId: 0, outcome: 0, street: 0, events: 0, count: 0, avoidable: 0 }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    if (isDays) {
      cell.day = month + dayOfKey(key)
      cell.channelId = channelOfKey(key)
    } else cell.street = streetOfKey(key)
    cell.outcome = outcomeOfKey(key)
    cell.events = events[i] ?? 0
    cell.count = counts[i] ?? 0
    cell.avoidable = avoidable[i] ?? 0
    visit(cell)
  }
}

function visitPending (row: { authorityId: number } & PendingRow, isDays: boolean, visit: (cell: PlaceCell) => void): void {
  const cell = { authorityId: row.authorityId, wardId: 0, day: 0, channelId: 0, outcome: 0, street: 0, events: 0, count: 0, avoidable: 0 }
  eachPending(row, (day, channel, outcome, ward, street, events, count, avoidable) => {
    cell.wardId = ward
    cell.day = day
    cell.outcome = outcome
    if (isDays) cell.channelId = channel
    else cell.street = street
    cell.events = events
    cell.count = count
    cell.avoidable = avoidable
    visit(cell)
  })
}
