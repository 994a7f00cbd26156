/** Events of one authority, service and type. */
export interface Series { authorityId: number, serviceId: number, type: number }

/** One number for a series, to find it by. */
export const seriesKey = ({ authorityId, serviceId, type }: Series): number =>
  (authorityId * 32_768 + serviceId) * 4 + type

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
 * A rollup. `view` holds every event that counts: cells folded together in `folded`, and those of `rollup_pending`,
 * which are not folded yet. So a cell may have several rows, and whoever reads it adds up.
 */
export interface Rollup {
  view: string
  /**
   * Packed: a row for each series, span and, if by ward, ward; its cells are bytes. The migration that made it has what
   * their keys hold.
   */
  folded: string
  /** What tells the view's cells apart. */
  keys: readonly string[]
  /** The unit of a cell's date, and that of a row. */
  unit: 'day' | 'week' | 'month'
  span: 'month' | 'year'
  byChannel: boolean
  byWard: boolean
  /** The columns of a row's key. */
  by: readonly string[]
  /** The first day of a row's span, and the key of a cell within it, as SQL over `keys`. */
  spanStart: string
  cellKey: string
}

/** The first columns of every rollup's key: what is pending is kept by them. */
export const SERIES = ['authority_id', 'service_id', 'type'] as const
export const MEASURES = ['events', 'count', 'avoidable'] as const

const STARTS: Record<string, string> = {
  week: "date_trunc('week', local_date::timestamp)::date", // its Monday
  month: "date_trunc('month', local_date::timestamp)::date"
}

interface Shape { unit: Rollup['unit'], span: Rollup['span'], byWard?: boolean, keys: readonly string[] }

function rollup (view: string, { unit, span, byWard = false, keys }: Shape): Rollup {
  const date = unit === 'day' ? 'local_date' : unit
  const byChannel = keys.includes('channel_id')
  const spanStart = `date_trunc('${span}', ${date}::timestamp)::date`
  const cellKey = keys.includes('street')
    ? '(street << 5) | outcome'
    : `((${date} - ${spanStart}) << 15 | ${byChannel ? 'channel_id' : '0'}) << 5 | outcome`
  return {
    view,
    folded: `${view}_folded`,
    keys: [...SERIES, ...keys],
    unit,
    span,
    byChannel,
    byWard,
    by: [...SERIES, span, ...(byWard ? ['ward_id'] : [])],
    spanStart,
    cellKey
  }
}

export const WEEKS = rollup('rollup_week', { unit: 'week', span: 'year', keys: ['week', 'outcome'] })
export const CHANNEL_WEEKS = rollup('rollup_channel_week', {
  unit: 'week', span: 'year', keys: ['week', 'channel_id', 'outcome']
})
export const CHANNEL_MONTHS = rollup('rollup_channel_month', {
  unit: 'month', span: 'year', keys: ['month', 'channel_id', 'outcome']
})
export const CHANNEL_DAYS = rollup('rollup_channel_day', {
  unit: 'day', span: 'month', keys: ['local_date', 'channel_id', 'outcome']
})
export const WARD_DAYS = rollup('rollup_ward_day', {
  unit: 'day', span: 'month', byWard: true, keys: ['ward_id', 'local_date', 'channel_id', 'outcome']
})
export const STREET_MONTHS = rollup('rollup_street_month', {
  unit: 'month', span: 'month', byWard: true, keys: ['month', 'street', 'ward_id', 'outcome']
})
export const ROLLUPS: readonly Rollup[] = [WEEKS, CHANNEL_WEEKS, CHANNEL_MONTHS, CHANNEL_DAYS, WARD_DAYS, STREET_MONTHS]

/** The key of a rollup as a SELECT list over anything with the columns of an event. */
export const keysFrom = ({ keys }: Rollup): string =>
  keys.map((column) => column in STARTS ? `${STARTS[column] ?? ''} AS ${column}` : column).join(', ')

/** The measures as a SELECT list over cells. */
export const SUMS = MEASURES.map((name) => `sum8(${name}) AS ${name}`).join(', ')

/**
 * The statement that writes cells, one row each as `cells` selects them, into what is folded of a rollup. No row of
 * theirs may be there.
 */
export function insertCells ({ folded, by, span, spanStart, cellKey }: Rollup, cells: string): string {
  const all = (bytes: string): string => `string_agg(${bytes}, '' ORDER BY key)`
  return `
    INSERT INTO ${folded} (${by.join(', ')}, keys, events, counts, avoidable)
    SELECT ${by.join(', ')}, ${all('int4send(key)')}, ${all('int4send(events::int4)')},
      CASE WHEN bool_and(count = events) THEN '' ELSE ${all('int8send(count)')} END,
        CASE WHEN bool_and(avoidable = 0) THEN '' ELSE ${all('int8send(avoidable)')} END
    FROM (
      SELECT ${by.map((column) => column === span ? `${spanStart} AS ${span}` : column).join(', ')},
        ${cellKey} AS key, ${MEASURES.join(', ')}
      FROM (${cells}) AS cell
    ) AS keyed
    GROUP BY ${by.join(', ')}`
}
