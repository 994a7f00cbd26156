import { ordinalOf, sentRevision } from '../../domain/revision.ts'
import { boolArray, dateArray, int2Array, int4Array, int8Array } from '../../postgres/binary-array.ts'

/**
 * An observation as stored, names resolved to ids; 0 stands for no channel or ward. Days since 1970, both inclusive.
 */
export interface ObservationRow {
  authorityId: number
  serviceId: number
  measureId: number
  period: number
  startOn: number
  endOn: number
  channelId: number
  wardId: number
  value: number
  provisional: boolean
  note: string
  /** 0 in what was sent without one. */
  revision: number
  /** The ordinal of the version that it takes the place of. */
  lastOrdinal?: number
}

interface Column { name: string, type: string, encode: (rows: readonly ObservationRow[]) => unknown }

const COLUMNS: readonly Column[] = [
  { name: 'authority_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.authorityId) },
  { name: 'service_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.serviceId) },
  { name: 'measure_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.measureId) },
  { name: 'start_on', type: 'date', encode: (rows) => dateArray(rows, (row) => row.startOn) },
  { name: 'period', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.period) },
  { name: 'channel_id', type: 'int2', encode: (rows) => int2Array(rows, (row) => row.channelId) },
  { name: 'ward_id', type: 'int4', encode: (rows) => int4Array(rows, (row) => row.wardId) },
  { name: 'end_on', type: 'date', encode: (rows) => dateArray(rows, (row) => row.endOn) },
  { name: 'value', type: 'int8', encode: (rows) => int8Array(rows, (row) => row.value) },
  { name: 'provisional', type: 'bool', encode: (rows) => boolArray(rows, (row) => row.provisional) },
  { name: 'note', type: 'text', encode: (rows) => rows.map(({ note }) => note) }, // any letter, so not an ASCII array
  {
    name: 'revision',
    type: 'int4',
    encode: (rows) => int4Array(rows, ({ revision, lastOrdinal }) => ordinalOf(revision, lastOrdinal))
  },
  {
    name: 'sent_revision',
    type: 'int8',
    encode: (rows) => int8Array(rows, ({ revision, lastOrdinal }) => sentRevision(revision, lastOrdinal))
  }
]

/** What an observation says: the columns that make two of one key the same or not. */
export const CONTENT_NAMES = ['value', 'provisional', 'note'] as const
export const sayTheSame = (a: ObservationRow, b: ObservationRow): boolean =>
  CONTENT_NAMES.every((name) => a[name] === b[name])

/**
 * The columns of an observation's key, in the order of the primary key. A newer observation with this key replaces it.
 */
export const KEY_NAMES = [
  'authority_id', 'service_id', 'measure_id', 'start_on', 'period', 'channel_id', 'ward_id'
] as const
const KEY: ReadonlyArray<keyof ObservationRow> = [
  'authorityId', 'serviceId', 'measureId', 'startOn', 'period', 'channelId', 'wardId'
]

/** What an observation is about: those of a quarter and of the financial quarter of the same days are one figure. */
export const figureOf = (row: ObservationRow): string =>
  [row.authorityId, row.serviceId, row.measureId, row.startOn, row.endOn, row.channelId, row.wardId].join(' ')

/** The primary key as a text. */
export const keyOf = (row: ObservationRow): string => KEY.map((name) => row[name]).join(' ')

/** Sorts by primary key. All writers lock rows in this order, so no two of them deadlock. */
export function compareKeys (a: ObservationRow, b: ObservationRow): number {
  for (const name of KEY) {
    const difference = Number(a[name]) - Number(b[name])
    if (difference !== 0) return difference
  }
  return 0
}

/** SQL that says whether rows of two tables have one key. */
export const sameKey = (a: string, b: string): string =>
  KEY_NAMES.map((name) => `${a}.${name} = ${b}.${name}`).join(' AND ')

export const COLUMN_NAMES = COLUMNS.map(({ name }) => name).join(', ')
/** Those before the two of its revision, which are the last. */
export const PLAIN_NAMES = COLUMNS.slice(0, -2).map(({ name }) => name).join(', ')

const arrays = (first: number): string =>
  `unnest(${COLUMNS.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')})`

/** `unnest` over one array parameter a column, from parameter number `first`. */
export const unnestObservations = (first: number): string => `${arrays(first)} AS row(${COLUMN_NAMES})`

/** The same with `said`, an array of revisions behind the others (0: not said), and with `n`, the position from 1. */
export const unnestObservationsNumbered = (first: number): string =>
  `${arrays(first).slice(0, -1)}, $${first + COLUMNS.length}::int8[]) WITH ORDINALITY AS row(${COLUMN_NAMES}, said, n)`

/** SQL for the revision of a stored figure or version. */
export const revisionOf = (table: string): string => `coalesce(${table}.sent_revision, ${table}.revision)`

export function encodeObservations (rows: readonly ObservationRow[]): unknown[] {
  return COLUMNS.map(({ encode }) => encode(rows))
}
