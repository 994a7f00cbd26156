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
    rollups: ['week', 'channel_day', 'ward_day', 'street_month']
  },
  channel: {
    column: 'channel_id', type: 'smallint', field: 'channelId', bits: 15, rollups: ['channel_day', 'ward_day']
  },
  street: { column: 'street', type: 'integer', field: 'street', bits: 27, rollups: ['street_month'] },
  // Not in a packed row's key: such a row is of one ward.
  ward: { column: 'ward_id', type: 'integer', field: 'wardId', bits: 0, rollups: ['ward_day', 'street_month'] }
} as const satisfies Record<string, {
  column: string, type: 'smallint' | 'integer', field: string, bits: number, rollups: readonly RollupName[]
}>

export type RollupName = 'week' | 'channel_day' | 'ward_day' | 'street_month'
export type Dimension = keyof typeof DIMENSIONS
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[]

/** What the rollups know of an event. `localDay` is days since 1970-01-01. */
export type RollupRow = Series & Record<typeof DIMENSIONS[Dimension]['field'], number> & {
  localDay: number, count: number, avoidable: boolean
}

/** Where a packed row's key has the day within the row's span, or the id of a dimension. */
export interface KeyField { name: 'day' | Dimension, shift: number, mask: number }

/** The sums of events by day, week or month and some dimensions. */
export interface Rollup {
  /** For people with psql: every event that counts, folded and pending. A sum may have several rows: add them up. */
  view: string
  /** What is folded: a row for each series, span and, if `byWard`, ward, with sums packed into bytes (packed.ts). */
  folded: string
  dimensions: readonly Dimension[]
  /** The unit of a sum's date, the date's column in the view, and the span of a packed row. */
  unit: 'day' | 'week' | 'month'
  date: 'local_date' | 'week' | 'month'
  span: 'month' | 'year'
  byWard: boolean
  /** The columns of a packed row's primary key. */
  by: readonly string[]
  /** From the lowest bits: ids, and on top of them the day, so that keys ascend by day. */
  key: readonly KeyField[]
}

export const SERIES = ['authority_id', 'service_id', 'type'] as const
export const MEASURES = ['events', 'count', 'avoidable'] as const

const DAY_BITS = { month: 5, year: 9 }

function rollup (name: RollupName, unit: Rollup['unit'], span: Rollup['span']): Rollup {
  const dimensions = DIMENSION_NAMES.filter((one) => DIMENSIONS[one].rollups.some((having) => having === name))
  const byWard = dimensions.includes('ward')
  const key: KeyField[] = []
  let shift = 0
  const place = (name: KeyField['name'], bits: number): void => {
    if (bits === 0) return
    key.push({ name, shift, mask: 2 ** bits - 1 })
    shift += bits
  }
  for (const dimension of dimensions) place(dimension, DIMENSIONS[dimension].bits)
  if (unit !== span) place('day', DAY_BITS[span])
  if (shift > (unit === span ? 32 : 31)) throw new RangeError(`the key of rollup_${name} takes ${shift} bits`)
  return {
    view: `rollup_${name}`,
    folded: `rollup_${name}_folded`,
    dimensions,
    unit,
    date: unit === 'day' ? 'local_date' : unit,
    span,
    byWard,
    by: [...SERIES, span, ...(byWard ? [DIMENSIONS.ward.column] : [])],
    key
  }
}

export const WEEKS = rollup('week', 'week', 'year')
export const CHANNEL_DAYS = rollup('channel_day', 'day', 'month')
export const WARD_DAYS = rollup('ward_day', 'day', 'month')
export const STREET_MONTHS = rollup('street_month', 'month', 'month')
/** Smallest first: a question is answered from the first that has what it asks for. */
export const ROLLUPS: readonly Rollup[] = [WEEKS, CHANNEL_DAYS, WARD_DAYS, STREET_MONTHS]
