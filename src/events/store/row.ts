import {
  asciiArray, boolArray, dateArray, int2Array, int4Array, int8Array, jsonbArray, timestamptzArray
} from '../../postgres/binary-array.ts'

/** An event as it is stored, names resolved to ids. `localDay` is days since 1970, `occurredAt` milliseconds. */
export interface EventRow {
  id: string
  authorityId: number
  serviceId: number
  providerId: number
  type: number
  occurredAt: number
  localDay: number
  channelId: number
  outcome: number
  wardId: number
  street: number
  count: number
  avoidable: boolean
  amountPence: number | null
  durationSeconds: number | null
  revision: number
  /** Canonical JSON text: keys sorted. */
  attributes: string | null
}

/** Whose events: the first two parts of every event's key. */
export interface Owner { ownerId: number, sourceId: number }

/** The order in which keys are looked up, locked and written by everybody. */
export const byId = (a: Pick<EventRow, 'id'>, b: Pick<EventRow, 'id'>): number => a.id < b.id ? -1 : a.id > b.id ? 1 : 0

interface Column {
  name: string
  type: string
  encode: (rows: readonly EventRow[]) => Buffer
}

/** The columns that a sender's event decides, in one order for every statement. */
export const EVENT_COLUMNS: readonly Column[] = [
  { name: 'id', type: 'text', encode: (rows) => asciiArray(rows, (row) => row.id) },
  { name: 'revision', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.revision) },
  { name: 'occurred_at', type: 'timestamptz', encode: (rows) => timestamptzArray(rows, (row) => row.occurredAt) },
  { name: 'amount_pence', type: 'int8', encode: (rows) => int8Array(rows, (row) => row.amountPence) },
  { name: 'local_date', type: 'date', encode: (rows) => dateArray(rows, (row) => row.localDay) },
  { name: 'ward_id', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.wardId) },
  { name: 'street', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.street) },
  { name: 'count', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.count) },
  { name: 'duration_seconds', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.durationSeconds) },
  { name: 'authority_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.authorityId) },
  { name: 'service_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.serviceId) },
  { name: 'provider_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.providerId) },
  { name: 'type', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.type) },
  { name: 'channel_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.channelId) },
  { name: 'outcome', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.outcome) },
  { name: 'avoidable', type: 'bool', encode: (rows) => boolArray(rows, (row) => row.avoidable) },
  { name: 'attributes', type: 'jsonb', encode: (rows) => jsonbArray(rows, (row) => row.attributes) }
]

export const EVENT_COLUMN_NAMES = EVENT_COLUMNS.map(({ name }) => name).join(', ')
/** What an event says: the columns that make two of them the same or not. The rest is its key and revision. */
export const CONTENT_COLUMNS = EVENT_COLUMNS.map(({ name }) => name).filter((name) =>
  name !== 'id' && name !== 'revision'
)

const arrays = (first: number): string =>
  `unnest(${EVENT_COLUMNS.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')})`

/** `unnest` over one array parameter a column, from parameter number `first`. */
export const unnestEvents = (first: number): string => `${arrays(first)} AS row(${EVENT_COLUMN_NAMES})`

/** The same with `n`, the position from 1. */
export const unnestEventsNumbered = (first: number): string =>
  `${arrays(first)} WITH ORDINALITY AS row(${EVENT_COLUMN_NAMES}, n)`

export function encodeEvents (rows: readonly EventRow[]): Buffer[] {
  return EVENT_COLUMNS.map(({ encode }) => encode(rows))
}
