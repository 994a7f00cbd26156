import { dateArray, int2Array, int4Array } from '../binary-array.ts'

/** What the rollups know of an event; each of them sums some of it away. */
export interface RollupRow {
  authorityId: number
  serviceId: number
  type: number
  localDay: number
  channelId: number
  outcome: number
  wardId: number
  street: number
  count: number
  avoidable: boolean
}

/** A cell of a rollup and how much it changes. */
export interface Delta extends RollupRow {
  events: number
  countChange: number
  avoidableChange: number
}

interface Key {
  column: string
  type: 'int2' | 'int4' | 'date'
  /** The same from a raw row, in SQL. */
  raw: string
  pick: (row: RollupRow) => number
}

export interface Rollup {
  table: string
  keys: Key[]
}

const key = (column: string, type: Key['type'], pick: Key['pick'], raw = column): Key => ({ column, type, raw, pick })
const AUTHORITY = key('authority_id', 'int2', (row) => row.authorityId)
const SERVICE = key('service_id', 'int2', (row) => row.serviceId)
const TYPE = key('type', 'int2', (row) => row.type)
const DAY = key('local_date', 'date', (row) => row.localDay)
const MONTH = key('month', 'date', (row) => monthStart(row.localDay), "date_trunc('month', local_date)::date")
const CHANNEL = key('channel_id', 'int2', (row) => row.channelId)
const OUTCOME = key('outcome', 'int2', (row) => row.outcome)
const WARD = key('ward_id', 'int4', (row) => row.wardId)
const STREET = key('street', 'int4', (row) => row.street)

/** Every rollup, in the order in which transactions take their rows. The keys are the primary key, in its order. */
export const ROLLUPS: readonly Rollup[] = [
  { table: 'rollup_channel_day', keys: [AUTHORITY, SERVICE, TYPE, DAY, CHANNEL, OUTCOME] },
  { table: 'rollup_ward_day', keys: [AUTHORITY, SERVICE, TYPE, WARD, DAY, CHANNEL, OUTCOME] },
  { table: 'rollup_street_month', keys: [AUTHORITY, SERVICE, TYPE, MONTH, STREET, WARD, OUTCOME] }
]

export const ENCODERS = { int2: int2Array, int4: int4Array, date: dateArray }

function monthStart (day: number): number {
  const date = new Date(day * 86_400_000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 86_400_000
}
