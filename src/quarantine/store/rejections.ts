import type pg from 'pg'
import type { Owner } from '../../intake/owner.ts'
import type { RowError } from '../../errors.ts'
import { FORMS, type Form } from '../../intake/refusals/kept-row.ts'
import { KINDS, type Kind, type Rejection } from '../../intake/refusals/refusals.ts'
import { arrayOf, boolArray, int4Array, int8Array, textArray } from '../../postgres/binary-array.ts'
import { KEPT_SECONDS } from '../expiry.ts'

export const STATES = { open: 1, 'refused-again': 2, replayed: 3 } as const
export type State = keyof typeof STATES

/** Where a rejection stands: the receipt of its batch and its place in it. Its number says both: `1042-17`. */
export interface Place { receiptId: number, index: number }

/** A refused row as it is kept. */
export interface StoredRejection extends Place {
  receivedAt: Date
  kind: Kind
  form: Form
  state: State
  line: number | null
  mapping: string | null
  mappingVersion: number | null
  /** JSON; null: it was not kept. */
  content: string | null
  errors: Array<Omit<RowError, 'index'>>
  attempts: number
  replayedAt: Date | null
  replayReceiptId: number | null
}

/** Which rejections of a source are asked for. */
export interface RejectionFilter {
  code?: string
  /** A field (`channel`, `/channel`, `attributes.reason`) or a column of a file. */
  field?: string
  receipt?: number
  state?: State
  kind?: Kind
  /** Only those that may be replayed: not replayed yet, and kept. */
  waiting?: boolean
}

/** A page: those behind a place, at most so many, and no more characters. */
export interface RejectionPage { after: Place | undefined, limit: number, bytes: number }

const codesOf = (codes: Record<string, number>, column: string): string =>
  `CASE ${column} ${Object.entries(codes).map(([word, code]) => `WHEN ${code} THEN '${word}'`).join(' ')} END`

const SELECTED = `receipt_id AS "receiptId", row_index AS "index", received_at AS "receivedAt",
  ${codesOf(KINDS, 'kind')} AS kind, ${codesOf(FORMS, 'form')} AS form, ${codesOf(STATES, 'state')} AS state, line,
  mapping, mapping_version AS "mappingVersion", content, errors, attempts, replayed_at AS "replayedAt",
  replay_receipt_id AS "replayReceiptId"`

// What is older than that is gone, though nobody has removed it yet.
const OWN = `owner_id = $1::int2 AND source_id = $2::int4
  AND received_at > $3::timestamptz - make_interval(secs => ${KEPT_SECONDS})`

function conditions (filter: RejectionFilter, first: number): { text: string, values: unknown[] } {
  const values: unknown[] = []
  const parts: string[] = []
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    values.push(value)
    parts.push(condition(`$${first + values.length - 1}`))
  }
  const { code, field, receipt, state, kind, waiting = false } = filter
  if (code !== undefined) add(JSON.stringify([{ code }]), (one) => `errors @> ${one}::jsonb`)
  if (field !== undefined) add(placesNamed(field), (one) => `errors @> ANY (${one}::jsonb[])`)
  if (receipt !== undefined) add(receipt, (one) => `receipt_id = ${one}::int8`)
  if (state !== undefined) add(STATES[state], (one) => `state = ${one}::int2`)
  if (kind !== undefined) add(KINDS[kind], (one) => `kind = ${one}::int2`)
  if (waiting) parts.push(`state <> ${STATES.replayed} AND content IS NOT NULL`)
  return { text: parts.map((part) => ` AND ${part}`).join(''), values }
}

/** Where errors about a field may stand: of a CloudEvent in its data. */
function placesNamed (field: string): string[] {
  const pointer = field.startsWith('/') ? field : `/${field.replaceAll('.', '/')}`
  return [{ pointer }, { pointer: `/data${pointer}` }, { column: field }].map((one) => JSON.stringify([one]))
}

/** Some of a source's rejections, the oldest first; a page that is cut short by its bytes has one at least. */
export async function readRejections (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, now: Date, filter: RejectionFilter,
  { after, limit, bytes }: RejectionPage
): Promise<StoredRejection[]> {
  const { text, values } = conditions(filter, 8)
  const { rows } = await client.query<StoredRejection>(
    `
    SELECT ${SELECTED} FROM (
      SELECT *, sum(length(coalesce(content, '')) + length(errors::text)) OVER places AS bytes,
        row_number() OVER places AS n
      FROM (
        SELECT * FROM rejection WHERE ${OWN} AND (receipt_id, row_index) > ($4::int8, $5::int4)${text}
        ORDER BY receipt_id, row_index LIMIT $6
      ) AS page WINDOW places AS (ORDER BY receipt_id, row_index)
    ) AS measured WHERE n = 1 OR bytes <= $7 ORDER BY receipt_id, row_index`,
    [ownerId, sourceId, now, after?.receiptId ?? -1, after?.index ?? 0, limit, bytes, ...values]
  )
  return rows
}

/** How many there are, behind a place if one is named. */
export async function countRejections (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, now: Date, filter: RejectionFilter, after?: Place
): Promise<number> {
  const { text, values } = conditions(filter, 6)
  const { rows: [row] } = await client.query<{ count: number }>(
    `SELECT count(*) AS count FROM rejection WHERE ${OWN} AND (receipt_id, row_index) > ($4::int8, $5::int4)${text}`,
    [ownerId, sourceId, now, after?.receiptId ?? -1, after?.index ?? 0, ...values]
  )
  return row?.count ?? 0
}

export async function readRejection (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, now: Date, { receiptId, index }: Place
): Promise<StoredRejection | undefined> {
  const { rows: [row] } = await client.query<StoredRejection>(
    `SELECT ${SELECTED} FROM rejection WHERE ${OWN} AND receipt_id = $4::int8 AND row_index = $5::int4`,
    [ownerId, sourceId, now, receiptId, index]
  )
  return row
}

/** Removes rejections that were dealt with; returns how many. */
export async function deleteRejections (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, now: Date, filter: RejectionFilter, one?: Place
): Promise<number> {
  const { text, values } = conditions(filter, 6)
  const { rowCount } = await client.query(
    `DELETE FROM rejection WHERE ${OWN} AND ($4::int8 IS NULL OR (receipt_id = $4 AND row_index = $5::int4))${text}`,
    [ownerId, sourceId, now, one?.receiptId ?? null, one?.index ?? null, ...values]
  )
  return rowCount ?? 0
}

/** What a replay found: the receipt of it, and what is still wrong with the row, if anything. */
export interface Replayed { place: Place, refused: Rejection | undefined, keepsErrors: boolean }

// Which event it is may be known only now, because another version of the mapping reads the row.
const MARK = `
  UPDATE rejection SET attempts = attempts + 1, replayed_at = $3::timestamptz, replay_receipt_id = $4::int8,
    state = CASE WHEN row.refused THEN ${STATES['refused-again']} ELSE ${STATES.replayed} END,
    errors = coalesce(row.errors, rejection.errors), event_id = coalesce(row.event_id, rejection.event_id),
    day = coalesce(row.day, rejection.day), content = CASE WHEN row.forgets THEN NULL ELSE rejection.content END
  FROM unnest($5::int8[], $6::int4[], $7::bool[], $8::jsonb[], $9::text[], $10::date[], $11::bool[])
    AS row(receipt_id, row_index, refused, errors, event_id, day, forgets)
  WHERE owner_id = $1::int2 AND source_id = $2::int4 AND rejection.receipt_id = row.receipt_id
    AND rejection.row_index = row.row_index AND state <> ${STATES.replayed}`

/** Marks what a replay made of rejections; returns how many were there and not replayed before. */
export async function markReplayed (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, { at, receiptId }: { at: Date, receiptId: number },
  rows: readonly Replayed[]
): Promise<number> {
  const told = (row: Replayed): Rejection | undefined => row.keepsErrors ? undefined : row.refused
  const { rowCount } = await client.query(MARK, [
    ownerId, sourceId, at, receiptId,
    int8Array(rows, ({ place }) => place.receiptId),
    int4Array(rows, ({ place }) => place.index),
    boolArray(rows, ({ refused }) => refused !== undefined),
    arrayOf('jsonb')(rows, (row) => told(row) === undefined ? null : JSON.stringify(told(row)?.errors)),
    textArray(rows, (row) => told(row)?.eventId ?? null),
    arrayOf('date')(rows, (row) => told(row)?.day ?? null),
    boolArray(rows, (row) => told(row)?.content === null)
  ])
  return rowCount ?? 0
}
