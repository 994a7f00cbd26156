import { DIMENSIONS, DIMENSION_NAMES, MEASURES, SERIES, type KeyField, type Rollup } from './dimensions.ts'

/** The columns of `rollup_pending_event`, and of whatever else is packed: events, or sums of them, by local date. */
export const EVENT_COLUMNS = [
  ...SERIES, 'local_date', ...DIMENSION_NAMES.map((name) => DIMENSIONS[name].column), ...MEASURES
] as const

/** The arrays of a pending row, in the order of `EVENT_COLUMNS` behind the series; all of `integer`. */
export const PENDING_ARRAYS = [
  'local_days', ...DIMENSION_NAMES.map((name) => `${DIMENSIONS[name].column}s`), 'events', 'counts', 'avoidable'
] as const

/** SELECT of the events in pending rows, as `EVENT_COLUMNS`. */
export const pendingEvents = (rows: string): string => `
  SELECT ${SERIES.map((name) => `p.${name}`).join(', ')}, date '1970-01-01' + event.local_date AS local_date,
    ${DIMENSION_NAMES.map((name) => DIMENSIONS[name]).map(({ column, type }) => `event.${column}::${type}`).join(', ')},
    ${MEASURES.map((name) => `event.${name}::int8`).join(', ')}
  FROM ${rows} AS p CROSS JOIN LATERAL unnest(${PENDING_ARRAYS.map((name) => `p.${name}`).join(', ')})
    AS event(${EVENT_COLUMNS.slice(SERIES.length).join(', ')})`

export const SUMS = MEASURES.map((name) => `sum8(${name}) AS ${name}`).join(', ')

/** Whether a day of a row is closed: its raw events have left, or are leaving (docs/retention.md). */
export const isClosed = (row: string, day: string): string =>
  `EXISTS (SELECT FROM retention_cut_off AS closed WHERE closed.authority_id = ${row}.authority_id
    AND ${row}.${day} < closed.cut_off)`

/** Every event that counts, of days that are not closed, as `EVENT_COLUMNS`. */
export const COUNTING_EVENTS = `
  SELECT ${SERIES.join(', ')}, local_date, ${DIMENSION_NAMES.map((name) => DIMENSIONS[name].column).join(', ')},
    1::int8 AS events, count::int8 AS count, CASE WHEN avoidable THEN count ELSE 0 END::int8 AS avoidable
  FROM event WHERE voided_at IS NULL AND NOT ${isClosed('event', 'local_date')}`

/** What a rollup of days has of closed days, as `EVENT_COLUMNS`; dimensions that it has not are 0. */
export const closedDays = ({ view, dimensions }: Rollup): string => `
  SELECT ${SERIES.join(', ')}, local_date,
    ${
  DIMENSION_NAMES.map((name) => {
    const { column, type } = DIMENSIONS[name]
    return dimensions.includes(name) ? column : `0::${type} AS ${column}`
  }).join(', ')
}, ${MEASURES.join(', ')}
  FROM ${view} AS kept WHERE ${isClosed('kept', 'local_date')}`

/** The day, week or month of `local_date`. */
const unitStart = ({ unit }: Rollup): string =>
  unit === 'day' ? 'local_date' : `date_trunc('${unit}', local_date::timestamp)::date`
/** The first day of the packed row that it is in: a week is of the year that it starts in. */
export const spanStart = (rollup: Rollup): string =>
  rollup.unit === rollup.span
    ? unitStart(rollup)
    : `date_trunc('${rollup.span}', ${unitStart(rollup)}::timestamp)::date`

/** The columns that tell the sums of the view apart, and how they come from `EVENT_COLUMNS`. */
export const viewKeys = ({ date, dimensions }: Rollup): string[] =>
  [...SERIES, date, ...dimensions.map((name) => DIMENSIONS[name].column)]
export const viewKeysOfEvents = (rollup: Rollup): string =>
  viewKeys(rollup).map((column) => column === rollup.date ? `${unitStart(rollup)} AS ${column}` : column).join(', ')

/** A field of a key, as SQL over `key`. */
export const fieldOfKey = ({ shift, mask }: KeyField, key: string): string =>
  `(${shift === 0 ? key : `${key} >> ${shift}`} & ${mask})`

/** SELECT that packs `events`, rows of `EVENT_COLUMNS`, as the folded table of a rollup has them. */
export function packed (rollup: Rollup, events: string): string {
  const { by, span, key } = rollup
  const valueOf = ({ name }: KeyField): string =>
    name === 'day' ? `(${unitStart(rollup)} - ${spanStart(rollup)})` : `${DIMENSIONS[name].column}::int4`
  const fields = key.map((field) => field.shift === 0 ? valueOf(field) : `(${valueOf(field)} << ${field.shift})`)
  const all = (bytes: string): string => `string_agg(${bytes}, '' ORDER BY key)`
  return `
    SELECT ${by.join(', ')}, ${all('int4send(key)')} AS keys, ${all('int4send(events::int4)')} AS events,
      CASE WHEN bool_and(count = events) THEN '' ELSE ${all('int8send(count)')} END AS counts,
      CASE WHEN bool_and(avoidable = 0) THEN '' ELSE ${all('int8send(avoidable)')} END AS avoidable
    FROM (
      SELECT ${by.map((column) => column === span ? `${spanStart(rollup)} AS ${span}` : column).join(', ')},
        ${fields.join(' | ')} AS key, ${SUMS}
      FROM (${events}) AS event GROUP BY ${[...by, 'key'].map((_, i) => i + 1).join(', ')}
    ) AS sum
    GROUP BY ${by.join(', ')}`
}

export const PACKED_COLUMNS = ['keys', 'events', 'counts', 'avoidable'] as const

/** Writes `events` into the folded table of a rollup, where no row of theirs may be. */
export const insertPacked = (rollup: Rollup, events: string): string =>
  `INSERT INTO ${rollup.folded} (${[...rollup.by, ...PACKED_COLUMNS].join(', ')}) ${packed(rollup, events)}`

export const same = (a: string, b: string, columns: readonly string[]): string =>
  columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' AND ')
