import type { PgType } from '../postgres/binary-writer.ts'

/** Events of one authority, service and type. */
export interface Series { authorityId: number, serviceId: number, type: number }

/**
 * What rollups tell events apart by: the column in SQL, the field of an event's row, the bits that an id takes in the
 * key of a packed row, and the rollups that have it. All SQL, keys and questions derive from this list; an event's
 * fields that are not in it are summed away. 0 stands for "none" or "unknown".
 */
export const DIMENSIONS = {
  outcome: {
    column: 'outcome',
    type: 'smallint',
    field: 'outcome',
    bits: 5,
    rollups: ['week', 'channel_day', 'ward_day', 'street_month', 'detail_day', 'detail_street_month']
  },
  channel: {
    column: 'channel_id',
    type: 'smallint',
    field: 'channelId',
    bits: 15,
    rollups: ['channel_day', 'ward_day', 'detail_day']
  },
  street: {
    column: 'street',
    type: 'integer',
    field: 'street',
    bits: 27,
    rollups: ['street_month', 'detail_street_month']
  },
  // Not in a packed row's key: such a row is of one ward.
  ward: {
    column: 'ward_id',
    type: 'integer',
    field: 'wardId',
    bits: 0,
    rollups: ['ward_day', 'street_month', 'detail_street_month']
  }
} as const satisfies Record<string, DimensionOf & { field: string }>

/**
 * What details are told apart by besides: the band of a duration (domain/durations.ts), and an attribute with what it
 * is. An event with an amount or a duration has a detail of no attribute ('') as well.
 */
export const DETAIL_DIMENSIONS = {
  band: { column: 'band', type: 'smallint', bits: 6, rollups: ['detail_day'] },
  attribute: { column: 'attribute', type: 'text', bits: 0, rollups: ['detail_day', 'detail_street_month'] },
  value: { column: 'value', type: 'text', bits: 0, rollups: ['detail_day', 'detail_street_month'] }
} as const satisfies Record<string, DimensionOf>

const ALL = { ...DIMENSIONS, ...DETAIL_DIMENSIONS }

interface DimensionOf {
  column: string, type: 'smallint' | 'integer' | 'text', bits: number, rollups: readonly RollupName[]
}

export type RollupName = 'week' | 'channel_day' | 'ward_day' | 'street_month' | 'detail_day' | 'detail_street_month'
export type Dimension = keyof typeof DIMENSIONS
export type AnyDimension = keyof typeof ALL
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[]

/** Of a dimension: its column in SQL, and its type there. */
export const columnOf = (name: AnyDimension): string => ALL[name].column
export const typeOf = (name: AnyDimension): DimensionOf['type'] => ALL[name].type

/** What an event says beside its dimensions: pence, seconds, and its attributes as JSON. */
export interface Detailed {
  amountPence?: number | null
  durationSeconds?: number | null
  attributes?: string | null
}

/** What the rollups know of an event. `localDay` is days since 1970-01-01. */
export type RollupRow = Series & Detailed & Record<typeof DIMENSIONS[Dimension]['field'], number> & {
  localDay: number, count: number, avoidable: boolean
}

/** Where a packed row's key has the day within the row's span, or the id of a dimension. */
export interface KeyField { name: 'day' | AnyDimension, shift: number, mask: number }

/**
 * What is summed: its name, the column of packed rows that has it, the bytes that each sum takes there, and what an
 * empty column means.
 */
export interface Measure { name: string, packed: string, bytes: 4 | 8, empty: 'as-events' | 'none' }

const [EVENTS, COUNT] = [
  { name: 'events', packed: 'events', bytes: 4, empty: 'none' },
  { name: 'count', packed: 'counts', bytes: 8, empty: 'as-events' }
] as const satisfies Measure[]
const wide = (name: string, packed = name): Measure => ({ name, packed, bytes: 8, empty: 'none' })

/** Rollups of one kind: where what is pending of them stands, and what they sum. */
export interface Family {
  /** The table of pending rows, and the view that shows what is in them one by one. */
  pending: 'rollup_pending' | 'rollup_pending_detail'
  pendingView: string
  /** The SQL function that unpacks a packed row. */
  unpack: string
  /** The columns of the view behind the series and the day. */
  dimensions: readonly AnyDimension[]
  measures: readonly Measure[]
  /** The columns of packed rows: the keys, then one for each measure. */
  packed: readonly string[]
}

const family = (of: Omit<Family, 'packed'>): Family =>
  ({ ...of, packed: ['keys', ...of.measures.map(({ packed }) => packed)] })

/** Sums of all events. */
export const OF_EVENTS = family({
  pending: 'rollup_pending',
  pendingView: 'rollup_pending_event',
  unpack: 'rollup_packed_sums',
  dimensions: DIMENSION_NAMES,
  measures: [EVENTS, COUNT, wide('avoidable')]
})

/**
 * Sums of details. `priced` and `timed` count what has an amount or a duration; `amount` is in pence, `duration` in
 * seconds, each as often as the event counts.
 */
export const OF_DETAILS = family({
  pending: 'rollup_pending_detail',
  pendingView: 'rollup_pending_event_detail',
  unpack: 'rollup_packed_details',
  dimensions: Object.keys(ALL) as AnyDimension[],
  measures: [EVENTS, COUNT, wide('priced'), wide('amount', 'amounts'), wide('timed'), wide('duration', 'durations')]
})

/** The sums of events by day, week or month and some dimensions. */
export interface Rollup {
  family: Family
  /** For people with psql: every event that counts, folded and pending. A sum may have several rows: add them up. */
  view: string
  /** What is folded: a row for each series, span and id of `ofRow`, with sums packed into bytes (packed.ts). */
  folded: string
  dimensions: readonly AnyDimension[]
  /** The unit of a sum's date, the date's column in the view, and the span of a packed row. */
  unit: 'day' | 'week' | 'month'
  date: 'local_date' | 'week' | 'month'
  span: 'month' | 'year'
  /** The dimensions that a packed row is of one id each of. */
  ofRow: readonly AnyDimension[]
  /** The columns of a packed row's primary key. */
  by: readonly string[]
  /** From the lowest bits: ids, and on top of them the day, so that keys ascend by day. */
  key: readonly KeyField[]
}

export const SERIES = ['authority_id', 'service_id', 'type'] as const

const DAY_BITS = { month: 5, year: 9 }

function rollup (family: Family, name: RollupName, unit: Rollup['unit'], span: Rollup['span']): Rollup {
  const having: readonly AnyDimension[] = family.dimensions.filter((one) =>
    (ALL[one].rollups as readonly RollupName[]).includes(name)
  )
  const ofRow = having.filter((one) => ALL[one].bits === 0)
  const key: KeyField[] = []
  let shift = 0
  const place = (name: KeyField['name'], bits: number): void => {
    if (bits === 0) return
    key.push({ name, shift, mask: 2 ** bits - 1 })
    shift += bits
  }
  for (const dimension of having) place(dimension, ALL[dimension].bits)
  if (unit !== span) place('day', DAY_BITS[span])
  if (shift > (unit === span ? 32 : 31)) throw new RangeError(`the key of rollup_${name} takes ${shift} bits`)
  return {
    family,
    view: `rollup_${name}`,
    folded: `rollup_${name}_folded`,
    dimensions: having,
    unit,
    date: unit === 'day' ? 'local_date' : unit,
    span,
    ofRow,
    by: [...SERIES, span, ...ofRow.map(columnOf)],
    key
  }
}

export const WEEKS = rollup(OF_EVENTS, 'week', 'week', 'year')
export const CHANNEL_DAYS = rollup(OF_EVENTS, 'channel_day', 'day', 'month')
export const WARD_DAYS = rollup(OF_EVENTS, 'ward_day', 'day', 'month')
export const STREET_MONTHS = rollup(OF_EVENTS, 'street_month', 'month', 'month')
/** Smallest first: a question is answered from the first that has what it asks for. */
export const EVENT_ROLLUPS: readonly Rollup[] = [WEEKS, CHANNEL_DAYS, WARD_DAYS, STREET_MONTHS]

export const DETAIL_DAYS = rollup(OF_DETAILS, 'detail_day', 'day', 'month')
export const DETAIL_STREET_MONTHS = rollup(OF_DETAILS, 'detail_street_month', 'month', 'month')
export const DETAIL_ROLLUPS: readonly Rollup[] = [DETAIL_DAYS, DETAIL_STREET_MONTHS]

export const ROLLUPS: readonly Rollup[] = [...EVENT_ROLLUPS, ...DETAIL_ROLLUPS]

/** The type of a dimension's ids as a binary parameter. */
export const parameterOf = (name: AnyDimension): PgType => typeOf(name) === 'text' ? 'text' : 'int4'
