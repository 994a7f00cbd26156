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

/** A part of a rollup's key, in so many bits of a packed number. */
interface Key {
  column: string
  type: 'int2' | 'int4' | 'date'
  bits: number
  pick: (row: RollupRow) => number
  /** The same from a raw row, in SQL. */
  raw: string
}

/**
 * A rollup. Its key is `major` then `minor`; each half packs into one whole number, in which cells are told
 * apart and sorted, and travel to Postgres: two array parameters instead of seven, one number instead of a text per cell.
 */
export interface Rollup {
  table: string
  /**
   * merged: a row a cell, added to in place. appended: transactions add rows that nobody waits for, a cell is the sum
   * of its rows, and compact.ts puts them together afterwards. Readers of either sum by what they group by.
   */
  kept: 'merged' | 'appended'
  /** Made of the cells of `rollup_channel_day` instead of the events. */
  coarse: boolean
  major: Key[]
  minor: Key[]
  majorOf: (row: RollupRow) => number
  minorOf: (row: RollupRow) => number
}

const key = (column: string, type: Key['type'], bits: number, pick: Key['pick'], raw = column): Key => ({ column, type, bits, raw, pick })
const AUTHORITY = key('authority_id', 'int2', 15, (row) => row.authorityId)
const SERVICE = key('service_id', 'int2', 15, (row) => row.serviceId)
const TYPE = key('type', 'int2', 2, (row) => row.type)
const DAY = key('local_date', 'date', 16, (row) => row.localDay)
const MONTH = key('month', 'date', 16, (row) => monthStart(row.localDay), "date_trunc('month', local_date)::date")
// 1970-01-01 was a Thursday.
const WEEK = key('week', 'date', 16, ({ localDay }) => localDay - (localDay + 3) % 7, "date_trunc('week', local_date)::date")
const CHANNEL = key('channel_id', 'int2', 15, (row) => row.channelId)
const OUTCOME = key('outcome', 'int2', 5, (row) => row.outcome)
const WARD = key('ward_id', 'int4', 21, (row) => row.wardId)
const STREET = key('street', 'int4', 27, (row) => row.street)

const DAY_WIDTH = 2 ** DAY.bits
const CHANNEL_WIDTH = 2 ** CHANNEL.bits
const OUTCOME_WIDTH = 2 ** OUTCOME.bits
const WARD_WIDTH = 2 ** WARD.bits

// Multiplication, not shifts: a number of JavaScript is exact up to 53 bits, its bit operators only up to 32. Written out
// rather than looped over the keys: this runs for every event and rollup.
/** One number for an authority, a service and a type. */
export const seriesKey = (row: RollupRow): number => (row.authorityId * 2 ** SERVICE.bits + row.serviceId) * 2 ** TYPE.bits + row.type
const dayCell = (row: RollupRow): number => (row.localDay * CHANNEL_WIDTH + row.channelId) * OUTCOME_WIDTH + row.outcome

function ward ({ wardId }: RollupRow): number {
  if (wardId >= WARD_WIDTH) throw new RangeError(`ward ${wardId} does not fit a packed key`)
  return wardId
}

/** Every rollup, in the order in which transactions take their rows. */
export const ROLLUPS: readonly Rollup[] = [
  {
    table: 'rollup_week',
    kept: 'merged',
    coarse: true,
    major: [AUTHORITY, SERVICE, TYPE],
    minor: [WEEK, OUTCOME],
    majorOf: seriesKey,
    minorOf: (row) => WEEK.pick(row) * OUTCOME_WIDTH + row.outcome
  },
  {
    table: 'rollup_channel_week',
    kept: 'merged',
    coarse: true,
    major: [AUTHORITY, SERVICE, TYPE],
    minor: [WEEK, CHANNEL, OUTCOME],
    majorOf: seriesKey,
    minorOf: (row) => (WEEK.pick(row) * CHANNEL_WIDTH + row.channelId) * OUTCOME_WIDTH + row.outcome
  },
  {
    table: 'rollup_channel_month',
    kept: 'merged',
    coarse: true,
    major: [AUTHORITY, SERVICE, TYPE],
    minor: [MONTH, CHANNEL, OUTCOME],
    majorOf: seriesKey,
    minorOf: (row) => (MONTH.pick(row) * CHANNEL_WIDTH + row.channelId) * OUTCOME_WIDTH + row.outcome
  },
  {
    table: 'rollup_channel_day',
    kept: 'merged',
    coarse: false,
    major: [AUTHORITY, SERVICE, TYPE],
    minor: [DAY, CHANNEL, OUTCOME],
    majorOf: seriesKey,
    minorOf: dayCell
  },
  {
    table: 'rollup_ward_day',
    kept: 'appended',
    coarse: false,
    major: [AUTHORITY, SERVICE, TYPE, WARD],
    minor: [DAY, CHANNEL, OUTCOME],
    majorOf: (row) => seriesKey(row) * WARD_WIDTH + ward(row),
    minorOf: dayCell
  },
  {
    table: 'rollup_street_month',
    kept: 'appended',
    coarse: false,
    major: [AUTHORITY, SERVICE, TYPE, MONTH],
    minor: [STREET, WARD, OUTCOME],
    majorOf: (row) => seriesKey(row) * DAY_WIDTH + MONTH.pick(row),
    minorOf: (row) => (row.street * WARD_WIDTH + ward(row)) * OUTCOME_WIDTH + row.outcome
  }
]

/** The columns of the key, in its order. */
export const keysOf = ({ major, minor }: Rollup): Key[] => [...major, ...minor]

let [knownFrom, knownTo, knownStart] = [0, 0, 0]

// Events come in the order of time, mostly: the month of the last one is the month of the next.
function monthStart (day: number): number {
  if (day >= knownFrom && day < knownTo) return knownStart
  const date = new Date(day * 86_400_000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  knownStart = knownFrom = Date.UTC(year, month, 1) / 86_400_000
  knownTo = Date.UTC(year, month + 1, 1) / 86_400_000
  return knownStart
}
