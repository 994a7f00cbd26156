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

/** SQL that says whether rows of two tables have one key, behind the authority. */
export const sameKey = (a: string, b: string): string =>
  KEY_NAMES.slice(1).map((name) => `${a}.${name} = ${b}.${name}`).join(' AND ')

export const COLUMN_NAMES = COLUMNS.map(({ name }) => name).join(', ')

const arrays = (first: number): string => COLUMNS.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')

/** `unnest` over one array parameter a column, from parameter number `first`, and over one more behind these. */
export const unnestObservations = (first: number, { name, type }: Pick<Column, 'name' | 'type'>): string =>
  `unnest(${arrays(first)}, $${first + COLUMNS.length}::${type}[]) AS row(${COLUMN_NAMES}, ${name})`

/** The same with `said`, an array of revisions behind the others (0: not said), and with `n`, the position from 1. */
export const unnestObservationsNumbered = (first: number): string =>
  `unnest(${arrays(first)}, $${first + COLUMNS.length}::int8[]) WITH ORDINALITY AS row(${COLUMN_NAMES}, said, n)`

/** `unnest` over the columns of the keys of some of an authority's observations, from parameter number `first`. */
export const unnestKeys = (first: number): string => {
  const columns = COLUMNS.slice(1, KEY_NAMES.length)
  const parameters = columns.map(({ type }, i) => `$${first + i}::${type}[]`)
  return `unnest(${parameters.join(', ')}) AS key(${columns.map(({ name }) => name).join(', ')})`
}

/** SQL for the key of a row of a table, as an `ObservationRow` has it. */
export const keyFrom = (table: string): string => `
  ${table}.authority_id AS "authorityId", ${table}.service_id AS "serviceId", ${table}.measure_id AS "measureId",
  ${table}.start_on - DATE '1970-01-01' AS "startOn", ${table}.period, ${table}.channel_id AS "channelId",
  ${table}.ward_id AS "wardId"`

/** What `unnestKeys` takes. */
export const encodeKeys = (rows: readonly ObservationRow[]): unknown[] =>
  COLUMNS.slice(1, KEY_NAMES.length).map(({ encode }) => encode(rows))

/** Some rows by authority: where the nodes of a cluster have them, a statement about one authority is one node's. */
export const byAuthority = (rows: readonly ObservationRow[]): Array<[number, ObservationRow[]]> =>
  [...Map.groupBy(rows, ({ authorityId }) => authorityId)]

/** SQL for the revision of a stored figure or version. */
export const revisionOf = (table: string): string => `coalesce(${table}.sent_revision, ${table}.revision)`

export function encodeObservations (rows: readonly ObservationRow[]): unknown[] {
  return COLUMNS.map(({ encode }) => encode(rows))
}

/** The columns before the two of the revision, which are the last. */
export const encodePlain = (rows: ReadonlyArray<Omit<ObservationRow, 'revision'>>): unknown[] =>
  COLUMNS.slice(0, -2).map(({ encode }) => encode(rows.map((row) => ({ ...row, revision: 0 }))))
