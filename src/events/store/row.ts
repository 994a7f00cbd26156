import { arrayOf } from '../../postgres/binary-array.ts'
import type { PgType } from '../../postgres/binary-writer.ts'
import { COLUMNS, keptIn, STORED_COLUMNS, type EventRow } from '../columns.ts'

/** The order in which keys are looked up, locked and written by everybody. */
export const byId = (a: Pick<EventRow, 'id'>, b: Pick<EventRow, 'id'>): number => a.id < b.id ? -1 : a.id > b.id ? 1 : 0

const names = STORED_COLUMNS.map(({ name }) => name)

/** The columns that a sender's event decides. */
export const EVENT_COLUMN_NAMES = names.join(', ')
/** What an event says: the columns that make two of them the same or not. The rest is its key and revision. */
export const CONTENT_COLUMNS = COLUMNS.map(({ name }) => name).filter((name) => name !== 'id' && name !== 'revision')
/** All columns that `event` and `event_history` share. */
export const STORED_COLUMN_NAMES = `owner_id, source_id, receipt_id, voided_at, ${EVENT_COLUMN_NAMES}`

const READ: Partial<Record<PgType, (name: string) => string>> = {
  date: (name) => `${name} - '1970-01-01'::date`,
  timestamptz: (name) => `(extract(epoch FROM ${name}) * 1000)::int8`,
  jsonb: (name) => `${name}::text`
}

/** SQL for the revision that was sent of a stored event or version. */
export const revisionOf = (table: string): string => `coalesce(${table}.sent_revision, ${table}.revision)`

/** A SELECT list that reads an `EventRow` of a table, or of what stands under that name. */
export const selectRow = (table: string): string => COLUMNS.map(({ name, field, type }) =>
  `${field === 'revision' ? revisionOf(table) : READ[type]?.(`${table}.${name}`) ?? `${table}.${name}`} AS "${field}"`
).join(', ')

const arrays = (first: number): string =>
  `unnest(${STORED_COLUMNS.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')})`

/** `unnest` over one array parameter a column, from parameter number `first`. */
export const unnestEvents = (first: number): string => `${arrays(first)} AS row(${EVENT_COLUMN_NAMES})`

/** The same with `said`, an array of revisions behind the others (0: not said), and with `n`, the position from 1. */
export const unnestEventsNumbered = (first: number): string =>
  `${arrays(first).slice(0, -1)}, $${first + STORED_COLUMNS.length}::int8[]) WITH ORDINALITY ` +
    `AS row(${EVENT_COLUMN_NAMES}, said, n)`

export function encodeEvents (rows: readonly EventRow[]): Buffer[] {
  return STORED_COLUMNS.map((column) => arrayOf<PgType>(column.type)(rows, (row) => keptIn(column, row)))
}
