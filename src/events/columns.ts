import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { EVENT_TYPES, OUTCOME_OF_CODE, type Event } from '../domain/event.ts'
import { ordinalOf, sentRevision } from '../domain/revision.ts'
import type { PgType, Written } from '../postgres/binary-writer.ts'

/**
 * The one list of what a sender's event is stored as: the row type, COPY, insert, compare, revise, history, read and
 * the public JSON derive from it. A new optional field is a line here, one in `EventSchema` and a migration that adds
 * the column to `event` and `event_history`.
 */
export const EVENT_COLUMNS = {
  id: resolved('id', 'text', 'id', (id: string) => id),
  revision: plain('revision', 'int8', 1),
  type: coded('type', EVENT_TYPES, 'transaction'),
  authorityId: resolved('authority_id', 'int2', 'authority', authoritySlug),
  serviceId: resolved(
    'service_id', 'int2', 'service', (id: number, { serviceById }) => serviceById.get(id)?.slug ?? ''
  ),
  occurredAt: resolved('occurred_at', 'timestamptz', 'occurred_at', (ms: number) => new Date(ms).toISOString()),
  localDay: resolved('local_date', 'date', 'local_date', formatDay),
  channelId: resolved(
    'channel_id', 'int2', 'channel', (id: number, { channelById }) => channelById.get(id)?.slug ?? ''
  ),
  outcome: resolved('outcome', 'int2', 'outcome', (code: number) => OUTCOME_OF_CODE.get(code) ?? ''),
  count: plain('count', 'int4', 1),
  wardId: resolved('ward_id', 'int4', 'ward', (id: number, { areaById }) => areaById.get(id)?.code ?? UNKNOWN),
  street: plain('street', 'int4', 0, (usrn) => usrn === 0 ? null : usrn),
  amountPence: plain('amount_pence', 'int8', null),
  durationSeconds: plain('duration_seconds', 'int4', null),
  providerId: resolved('provider_id', 'int2', 'provider', (id: number, { authorityById }) =>
    authorityById.get(id)?.slug ?? null),
  avoidable: plain('avoidable', 'bool', false),
  attributes: resolved('attributes', 'jsonb', 'attributes', (json: string | null): Record<string, unknown> =>
    json === null ? {} : JSON.parse(json) as Record<string, unknown>)
}

/** How a column is stored and shown. */
interface Column<P extends PgType, Value, Json extends string> {
  /** Its name in `event` and `event_history`. */
  name: string
  type: P
  /** Its name in the public JSON. */
  json: Json
  show: (value: Value, directory: Directory) => unknown
}

/** A column that follows from one field of an event alone, so that nothing but this list needs to know of it. */
interface PlainColumn<P extends PgType, Value, Json extends string> extends Column<P, Value, Json> {
  of: (event: Event) => Value
  /** What is shown where the field was left out. */
  shownIfAbsent: unknown
}

/** Fields of an event whose values are of a type. */
type FieldsOf<V> = { [F in keyof Event]-?: NonNullable<Event[F]> extends V ? F : never }[keyof Event]

/** A column for which names have to be looked up, or several fields decide: resolve-event.ts fills it. */
function resolved<P extends PgType, Value extends Written[P] | null, Json extends string> (
  name: string, type: P, json: Json, show: (value: Value, directory: Directory) => unknown
): Column<P, Value, Json> {
  return { name, type, json, show }
}

/** A field that is stored as it was sent; `absent` stands for one that was left out. */
function plain<P extends PgType, F extends FieldsOf<Written[P]>, Absent extends Written[P] | null> (
  field: F, type: P, absent: Absent, show: (value: Written[P] | Absent) => unknown = (value) => value
): PlainColumn<P, Written[P] | Absent, F> {
  return {
    name: field,
    type,
    json: field,
    show,
    of: (event) => (event[field] as Written[P] | undefined) ?? absent,
    shownIfAbsent: show(absent)
  }
}

/** A field of a closed vocabulary that is stored as a number. */
function coded<F extends FieldsOf<string>> (
  field: F, codes: Record<NonNullable<Event[F]>, number>, absent: NonNullable<Event[F]>
): PlainColumn<'int2', number, F> {
  const words = new Map(Object.entries<number>(codes).map(([word, code]) => [code, word]))
  return {
    name: field,
    type: 'int2',
    json: field,
    show: (code) => words.get(code) ?? '',
    of: (event) => codes[event[field] ?? absent],
    shownIfAbsent: absent
  }
}

function authoritySlug (id: number, { authorityById }: Directory): string {
  return authorityById.get(id)?.slug ?? ''
}

type Columns = typeof EVENT_COLUMNS
type ValueOf<C> = C extends Column<PgType, infer Value, string> ? Value : never
type PlainField = { [F in keyof Columns]: Columns[F] extends { of: unknown } ? F : never }[keyof Columns]

/**
 * An event as it is stored, names resolved to ids: `localDay` is days since 1970, `occurredAt` milliseconds. A revision
 * of 0 was not said; `lastOrdinal` is that of the version which the row takes the place of.
 */
export type EventRow = { [F in keyof Columns]: ValueOf<Columns[F]> } & { lastOrdinal?: number }
/** What an event says without looking anything up. */
export type PlainRow = Pick<EventRow, PlainField>
/** What resolve-event.ts has to find out: a column that it forgets does not compile. */
export type ResolvedRow = Omit<EventRow, PlainField>
/** Names in the public JSON of what is looked up. */
export type ResolvedName = Columns[Exclude<keyof Columns, PlainField>]['json']

/** An event of which every field has a column: while one has none, nothing that calls `plainRow` compiles. */
type StoredWhole = [Exclude<keyof Event, Columns[keyof Columns]['json']>] extends [never] ? Event : never

interface ListedColumn extends Column<PgType, never, string> { field: keyof Columns }
type ListedPlain = ListedColumn & Pick<PlainColumn<PgType, never, keyof Event>, 'of' | 'json' | 'shownIfAbsent'>

/** What is shown of an event, in order. */
export const COLUMNS = Object.entries(EVENT_COLUMNS).map(([field, column]) => ({ field, ...column })) as ListedColumn[]

/** What an event says: the fields that make two of them the same or not. The rest is its key and revision. */
export const CONTENT_FIELDS = COLUMNS.filter(({ field }) => field !== 'id' && field !== 'revision')
  .map(({ field }) => field)

interface StoredColumn { name: string, type: PgType, field: keyof Columns, written?: (row: EventRow) => number | null }

/** The columns in the order in which every statement names them; `written` where it is not the field that is kept. */
export const STORED_COLUMNS: readonly StoredColumn[] = [
  ...COLUMNS.map(({ name, type, field }): StoredColumn => field === 'revision'
    ? { name, type: 'int4', field, written: ({ revision, lastOrdinal }) => ordinalOf(revision, lastOrdinal) }
    : { name, type, field }),
  {
    name: 'sent_revision',
    type: 'int8',
    field: 'revision',
    written: ({ revision, lastOrdinal }) => sentRevision(revision, lastOrdinal)
  }
]

/** What is kept of a row in a column. */
export const keptIn = ({ field, written }: StoredColumn, row: EventRow): EventRow[keyof Columns] =>
  written === undefined ? row[field] : written(row)
export const PLAIN_COLUMNS = COLUMNS.filter((column) => 'of' in column) as ListedPlain[]

/** The plain columns of an event. */
export function plainRow (event: StoredWhole): PlainRow {
  const row: Record<string, unknown> = {}
  for (const { field, of } of PLAIN_COLUMNS) row[field] = of(event)
  return row as unknown as PlainRow
}
