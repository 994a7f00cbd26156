import { DURATION_BOUNDS } from '../domain/durations.ts'
import {
  columnOf, DIMENSIONS, DIMENSION_NAMES, OF_DETAILS, OF_EVENTS, SERIES, typeOf, type Family, type KeyField, type Rollup
} from './dimensions.ts'

const measureNames = ({ measures }: Family): string => measures.map(({ name }) => name).join(', ')

/** The columns of a family's `pendingView`, and of whatever else is packed: what counts, or its sums, by local date. */
export const rowColumns = ({ dimensions, measures }: Family): string[] =>
  [...SERIES, 'local_date', ...dimensions.map(columnOf), ...measures.map(({ name }) => name)]

/** The arrays of a pending row, in the order of `rowColumns` behind the series; all of `integer`. */
export const PENDING_ARRAYS = [
  'local_days', ...DIMENSION_NAMES.map((name) => `${DIMENSIONS[name].column}s`), 'events', 'counts', 'avoidable'
] as const

/** Of a pending row of details, an element an event; null: it has none. */
export const DETAIL_ARRAYS = [
  'local_days', ...DIMENSION_NAMES.map((name) => `${DIMENSIONS[name].column}s`), 'events', 'counts', 'amounts',
  'durations', 'attributes'
] as const

const idsOf = (row: string): string =>
  DIMENSION_NAMES.map((name) => DIMENSIONS[name]).map(({ column, type }) => `${row}.${column}::${type}`).join(', ')

/** SELECT of the events in rows of `rollup_pending`. */
const pendingEvents = (rows: string): string => `
  SELECT ${SERIES.map((name) => `p.${name}`).join(', ')}, date '1970-01-01' + event.local_date AS local_date,
    ${idsOf('event')},
    ${OF_EVENTS.measures.map(({ name }) => `event.${name}::int8`).join(', ')}
  FROM ${rows} AS p CROSS JOIN LATERAL unnest(${PENDING_ARRAYS.map((name) => `p.${name}`).join(', ')})
    AS event(${rowColumns(OF_EVENTS).slice(SERIES.length).join(', ')})`

// Of a duration of 0 as well: the bounds are whole seconds, so a band holds what is at most its bound.
const BAND = `CASE WHEN duration IS NULL THEN 0
    ELSE 1 + width_bucket(duration - 1, ARRAY[${DURATION_BOUNDS.join(', ')}]) END`

/**
 * SELECT of the details of `events`, which have the dimensions of events, events, count, amount, duration and
 * attributes (jsonb), the last three null where there are none: one for each attribute, and one of no attribute.
 */
const detailsOf = (events: string): string => `
  SELECT ${[...SERIES, 'local_date', ...DIMENSION_NAMES.map(columnOf)].join(', ')}, (${BAND})::smallint AS band,
    detail.attribute, detail.value, events::int8 AS events, count::int8 AS count,
    CASE WHEN amount IS NULL THEN 0 ELSE count END::int8 AS priced, coalesce(amount, 0)::int8 AS amount,
    CASE WHEN duration IS NULL THEN 0 ELSE count END::int8 AS timed, coalesce(duration::int8 * count, 0) AS duration
  FROM (${events}) AS event CROSS JOIN LATERAL jsonb_each_text(
    CASE WHEN amount IS NULL AND duration IS NULL THEN attributes
      ELSE coalesce(attributes, '{}') || '{"": ""}' END
  ) AS detail(attribute, value)`

/** SELECT of the details in rows of `rollup_pending_detail`. */
const pendingDetails = (rows: string): string =>
  detailsOf(`
    SELECT ${SERIES.map((name) => `p.${name}`).join(', ')}, date '1970-01-01' + sent.local_date AS local_date,
      ${idsOf('sent')},
      sent.events, sent.count, sent.amount, sent.duration, sent.attributes::jsonb AS attributes
    FROM ${rows} AS p CROSS JOIN LATERAL unnest(${DETAIL_ARRAYS.map((name) => `p.${name}`).join(', ')})
      AS sent(local_date, ${DIMENSION_NAMES.map(columnOf).join(', ')}, events, count, amount, duration, attributes)`)

/** SELECT of what is in pending rows of a family, as `rowColumns`. */
export const pendingOf = (family: Family, rows: string = family.pending): string =>
  family === OF_DETAILS ? pendingDetails(rows) : pendingEvents(rows)

export const sumsOf = ({ measures }: Family): string =>
  measures.map(({ name }) => `sum8(${name}) AS ${name}`).join(', ')

/** Whether a day of a row is closed: its raw events have left, or are leaving (docs/retention.md). */
export const isClosed = (row: string, day: string): string =>
  `EXISTS (SELECT FROM retention_cut_off AS closed WHERE closed.authority_id = ${row}.authority_id
    AND ${row}.${day} < closed.cut_off)`

const OPEN = `voided_at IS NULL AND NOT ${isClosed('event', 'local_date')}`

const COUNTING_EVENTS = `
  SELECT ${SERIES.join(', ')}, local_date, ${DIMENSION_NAMES.map(columnOf).join(', ')},
    1::int8 AS events, count::int8 AS count, CASE WHEN avoidable THEN count ELSE 0 END::int8 AS avoidable
  FROM event WHERE ${OPEN}`

const COUNTING_DETAILS = detailsOf(`
    SELECT ${SERIES.join(', ')}, local_date, ${DIMENSION_NAMES.map(columnOf).join(', ')}, 1 AS events, count,
      amount_pence AS amount, duration_seconds AS duration, attributes
    FROM event
    WHERE ${OPEN} AND (amount_pence IS NOT NULL OR duration_seconds IS NOT NULL OR attributes IS NOT NULL)`)

/** Everything that counts, of days that are not closed, as `rowColumns`. */
export const countingOf = (family: Family): string => family === OF_DETAILS ? COUNTING_DETAILS : COUNTING_EVENTS

/** What a rollup of days has of closed days, as `rowColumns`; dimensions that it has not are 0, or ''. */
export const closedDays = ({ family, view, dimensions }: Rollup): string => `
  SELECT ${SERIES.join(', ')}, local_date,
    ${
  family.dimensions.map((name) =>
    dimensions.includes(name) ? columnOf(name) : `${none(name)}::${typeOf(name)} AS ${columnOf(name)}`
  ).join(', ')
}, ${measureNames(family)}
  FROM ${view} AS kept WHERE ${isClosed('kept', 'local_date')}`

/** What stands for no id of a dimension. */
export const none = (name: Parameters<typeof typeOf>[0]): string => typeOf(name) === 'text' ? '\'\'' : '0'

/** The day, week or month of `local_date`. */
const unitStart = ({ unit }: Rollup): string =>
  unit === 'day' ? 'local_date' : `date_trunc('${unit}', local_date::timestamp)::date`
/** The first day of the packed row that it is in: a week is of the year that it starts in. */
export const spanStart = (rollup: Rollup): string =>
  rollup.unit === rollup.span
    ? unitStart(rollup)
    : `date_trunc('${rollup.span}', ${unitStart(rollup)}::timestamp)::date`

/** The columns that tell the sums of the view apart, and how they come from `rowColumns`. */
export const viewKeys = ({ date, dimensions }: Rollup): string[] =>
  [...SERIES, date, ...dimensions.map(columnOf)]
export const viewKeysOfRows = (rollup: Rollup): string =>
  viewKeys(rollup).map((column) => column === rollup.date ? `${unitStart(rollup)} AS ${column}` : column).join(', ')

/** A field of a key, as SQL over `key`. */
export const fieldOfKey = ({ shift, mask }: KeyField, key: string): string =>
  `(${shift === 0 ? key : `${key} >> ${shift}`} & ${mask})`

/** SELECT that packs `rows`, which have `rowColumns`, as the folded table of a rollup has them. */
export function packed (rollup: Rollup, rows: string): string {
  const { family, by, span, key } = rollup
  const valueOf = ({ name }: KeyField): string =>
    name === 'day' ? `(${unitStart(rollup)} - ${spanStart(rollup)})` : `${columnOf(name)}::int4`
  const fields = key.map((field) => field.shift === 0 ? valueOf(field) : `(${valueOf(field)} << ${field.shift})`)
  const all = (bytes: string): string => `string_agg(${bytes}, '' ORDER BY key)`
  const columns = family.measures.map(({ name, packed, bytes, empty }) => bytes === 4
    ? `${all(`int4send(${name}::int4)`)} AS ${packed}`
    : `CASE WHEN bool_and(${name} = ${empty === 'as-events' ? 'events' : '0'}) THEN '' ELSE ` +
      `${all(`int8send(${name})`)} END AS ${packed}`)
  return `
    SELECT ${by.join(', ')}, ${all('int4send(key)')} AS keys, ${columns.join(', ')}
    FROM (
      SELECT ${by.map((column) => column === span ? `${spanStart(rollup)} AS ${span}` : column).join(', ')},
        ${fields.join(' | ')} AS key, ${sumsOf(family)}
      FROM (${rows}) AS event GROUP BY ${[...by, 'key'].map((_, i) => i + 1).join(', ')}
    ) AS sum
    GROUP BY ${by.join(', ')}`
}

/** Writes `rows` into the folded table of a rollup, where no row of theirs may be. */
export const insertPacked = (rollup: Rollup, rows: string): string =>
  `INSERT INTO ${rollup.folded} (${[...rollup.by, ...rollup.family.packed].join(', ')}) ${packed(rollup, rows)}`

export const same = (a: string, b: string, columns: readonly string[]): string =>
  columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' AND ')
