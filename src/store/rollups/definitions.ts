/** Events of one authority, service and type. */
export interface Series { authorityId: number, serviceId: number, type: number }

/** One number for a series, to find it by. */
export const seriesKey = ({ authorityId, serviceId, type }: Series): number => (authorityId * 32_768 + serviceId) * 4 + type

/** What the rollups know of an event; each of them sums some of it away. `localDay` is days since 1970-01-01. */
export interface RollupRow extends Series {
  localDay: number
  channelId: number
  outcome: number
  wardId: number
  street: number
  count: number
  avoidable: boolean
}

/**
 * A rollup. `view` holds every event that counts: cells folded together in `folded`, and those of `rollup_pending`, which are
 * not folded yet. So a cell may have several rows, and whoever reads it adds up.
 */
export interface Rollup {
  view: string
  folded: string
  /** What tells its cells apart: the primary key of `folded`, in its order, unless that is packed. */
  keys: readonly string[]
  packed?: Packing
}

/** `folded` has a row for each of what `by` names, with arrays of cells told apart by `key`. `month` and `key` are SQL over the rollup's keys. */
export interface Packing { by: readonly string[], month: string, key: string }

/** The first columns of every rollup's key: what is pending is kept by them. */
export const SERIES = ['authority_id', 'service_id', 'type'] as const
export const MEASURES = ['events', 'count', 'avoidable'] as const

const rollup = (view: string, ...keys: string[]): Rollup => ({ view, folded: `${view}_folded`, keys: [...SERIES, ...keys] })

const STARTS: Record<string, string> = {
  week: "date_trunc('week', local_date::timestamp)::date", // its Monday
  month: "date_trunc('month', local_date::timestamp)::date"
}
const MONTH = STARTS['month'] ?? ''

const DAYS = { month: MONTH, key: `((local_date - ${MONTH}) << 15 | channel_id) << 5 | outcome` }

/** Rollups with a row for each cell, each made of the days' cells. */
export const COARSE_ROLLUPS: readonly Rollup[] = [
  rollup('rollup_week', 'week', 'outcome'),
  rollup('rollup_channel_week', 'week', 'channel_id', 'outcome'),
  rollup('rollup_channel_month', 'month', 'channel_id', 'outcome')
]
export const CHANNEL_DAYS = {
  ...rollup('rollup_channel_day', 'local_date', 'channel_id', 'outcome'), packed: { by: [...SERIES, 'month'], ...DAYS }
}
export const WARD_DAYS = {
  ...rollup('rollup_ward_day', 'ward_id', 'local_date', 'channel_id', 'outcome'), packed: { by: [...SERIES, 'month', 'ward_id'], ...DAYS }
}
export const STREET_MONTHS = {
  ...rollup('rollup_street_month', 'month', 'street', 'ward_id', 'outcome'),
  packed: { by: [...SERIES, 'month', 'ward_id'], month: 'month', key: '(street << 5) | outcome' }
}
export type PackedRollup = Rollup & { packed: Packing }
export const PACKED_ROLLUPS: readonly PackedRollup[] = [CHANNEL_DAYS, WARD_DAYS, STREET_MONTHS]
export const ROLLUPS: readonly Rollup[] = [...COARSE_ROLLUPS, ...PACKED_ROLLUPS]

/** The key of a rollup as a SELECT list over anything with the columns of an event. */
export const keysFrom = ({ keys }: Rollup): string => keys.map((column) => column in STARTS ? `${STARTS[column] ?? ''} AS ${column}` : column).join(', ')

/** The measures as a SELECT list over cells. */
export const SUMS = MEASURES.map((name) => `sum8(${name}) AS ${name}`).join(', ')

/** The statement that writes cells, one row each as `cells` selects them, into what is folded of a rollup. Nothing of them may be there. */
export function insertCells ({ folded, keys, packed }: Rollup, cells: string): string {
  if (packed === undefined) return `INSERT INTO ${folded} (${[...keys, ...MEASURES].join(', ')}) ${cells}`
  const all = (column: string): string => `array_agg(${column} ORDER BY key)`
  const by = packed.by.join(', ')
  return `
    INSERT INTO ${folded} (${by}, keys, events, counts, avoidable)
    SELECT ${by}, ${all('key')}, ${all('events::int4')},
      CASE WHEN bool_and(count = events) THEN '{}' ELSE ${all('count')} END, CASE WHEN bool_and(avoidable = 0) THEN '{}' ELSE ${all('avoidable')} END
    FROM (SELECT ${packed.by.map((column) => column === 'month' ? `${packed.month} AS month` : column).join(', ')}, ${packed.key} AS key, ${MEASURES.join(', ')} FROM (${cells}) AS cell) AS keyed
    GROUP BY ${by}`
}

/** What is of the days from one to before another, both SQL, in a rollup by days, whose cells are found by their month. */
export const betweenDays = (from: string, before: string): string => `local_date >= ${from} AND local_date < ${before}
  AND month >= date_trunc('month', ${from}::timestamp)::date AND month < ${before}`
