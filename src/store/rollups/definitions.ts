/** What the rollups know of an event; each of them sums some of it away. `localDay` is days since 1970-01-01. */
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

/**
 * A rollup. `view` holds every event that counts: cells folded together in `folded`, by primary key, and those of
 * `rollup_pending`, which are not folded yet. So a cell may have several rows, and whoever reads it adds up.
 */
export interface Rollup {
  view: string
  folded: string
  /** The primary key, in its order. */
  keys: readonly string[]
}

/** The first columns of every rollup's key: what is pending is kept by them. */
export const SERIES = ['authority_id', 'service_id', 'type'] as const
export const MEASURES = ['events', 'count', 'avoidable'] as const

const rollup = (view: string, ...keys: string[]): Rollup => ({ view, folded: `${view}_folded`, keys: [...SERIES, ...keys] })

export const ROLLUPS: readonly Rollup[] = [
  rollup('rollup_week', 'week', 'outcome'),
  rollup('rollup_channel_week', 'week', 'channel_id', 'outcome'),
  rollup('rollup_channel_month', 'month', 'channel_id', 'outcome'),
  rollup('rollup_channel_day', 'local_date', 'channel_id', 'outcome'),
  rollup('rollup_ward_day', 'ward_id', 'local_date', 'channel_id', 'outcome'),
  rollup('rollup_street_month', 'month', 'street', 'ward_id', 'outcome')
]

const STARTS: Record<string, string> = {
  week: "date_trunc('week', local_date::timestamp)::date", // its Monday
  month: "date_trunc('month', local_date::timestamp)::date"
}

/** The key of a rollup as a SELECT list over anything with the columns of an event. */
export const keysFrom = ({ keys }: Rollup): string => keys.map((column) => column in STARTS ? `${STARTS[column] ?? ''} AS ${column}` : column).join(', ')

/** The measures as a SELECT list over cells. */
export const SUMS = MEASURES.map((name) => `sum8(${name}) AS ${name}`).join(', ')
