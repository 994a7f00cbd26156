import type pg from 'pg'
import type { Source } from '../../catalogue/directory.ts'
import { arrayOf, int2Array, int4Array, int8Array, textArray } from '../../postgres/binary-array.ts'
import { ownerOf } from '../owner.ts'
import { piecesOf } from '../pieces.ts'
import { FORMS } from '../refusals/kept-row.ts'
import { KINDS, type CountedWord, type Refusals, type Rejection } from '../refusals/refusals.ts'

/** What of one source is kept; the oldest leave first. */
export const QUARANTINE_LIMITS = { rows: 100_000, words: 1000 }

type Row = Rejection & Omit<Refusals, 'rejections' | 'words'>
type CountedRow = CountedWord & Omit<Refusals, 'rejections' | 'words'>

// An event that was erased while the row was on its way must not come back by this door.
const INSERT = `
  INSERT INTO rejection (owner_id, source_id, receipt_id, row_index, received_at, kind, form, line, mapping,
    mapping_version, event_id, day, content, errors)
  SELECT $1::int2, $2::int4, receipt_id, row_index, received_at, kind, form, line, mapping, mapping_version,
    CASE WHEN erased THEN NULL ELSE event_id END, CASE WHEN erased THEN NULL ELSE day END,
    CASE WHEN erased THEN NULL ELSE content END, errors
  FROM (
    SELECT *, event_id IS NOT NULL AND EXISTS (
      SELECT FROM erased_event AS gone WHERE gone.owner_id = $1::int2 AND gone.source_id = $2::int4
        AND gone.hash = sha256(convert_to($2::int4 || ' ' || row.event_id, 'UTF8'))
    ) AS erased
    FROM unnest($3::int8[], $4::int4[], $5::timestamptz[], $6::int2[], $7::int2[], $8::int4[], $9::text[],
      $10::int4[], $11::text[], $12::date[], $13::text[], $14::jsonb[]) AS row(receipt_id, row_index, received_at,
      kind, form, line, mapping, mapping_version, event_id, day, content, errors)
  ) AS kept`

const COUNT_WORDS = `
  INSERT INTO unmapped_word AS known (owner_id, source_id, field, place, word, rows_seen, first_seen, last_seen,
    receipt_id)
  SELECT owner_id, source_id, field, place, word, rows_seen, seen_at, seen_at, receipt_id
  FROM unnest($1::int2[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::timestamptz[], $8::int8[])
    AS sent(owner_id, source_id, field, place, word, rows_seen, seen_at, receipt_id)
  ON CONFLICT (owner_id, source_id, field, place, word) DO UPDATE SET rows_seen = known.rows_seen + excluded.rows_seen,
    last_seen = excluded.last_seen, receipt_id = excluded.receipt_id`

/**
 * Keeps the refused rows and unknown words of batches, inside the caller's transaction and behind all that it writes
 * else: so every writer takes its locks in one order.
 */
export async function insertRefusals (client: pg.ClientBase, batches: readonly Refusals[]): Promise<void> {
  const sorted = batches.toSorted((a, b) => a.receiptId - b.receiptId)
  for (const batch of sorted) {
    for (const some of piecesOf(batch.rejections)) {
      await insertRejections(client, batch.source, some.map((rejection) => ({ ...batch, ...rejection })))
    }
  }
  for (const batch of sorted) await countWords(client, batch)
  for (const batch of sorted) await makeRoom(client, batch)
}

async function insertRejections (client: pg.ClientBase, source: Source, rows: readonly Row[]): Promise<void> {
  const { ownerId, sourceId } = ownerOf(source)
  await client.query({
    name: 'insert-rejections',
    text: INSERT,
    values: [
      ownerId,
      sourceId,
      int8Array(rows, ({ receiptId }) => receiptId),
      int4Array(rows, ({ index }) => index),
      arrayOf('timestamptz')(rows, ({ at }) => at.getTime()),
      int2Array(rows, ({ kind }) => KINDS[kind]),
      int2Array(rows, ({ form }) => FORMS[form]),
      int4Array(rows, ({ line }) => line ?? null),
      textArray(rows, ({ mapping }) => mapping?.name ?? null),
      int4Array(rows, ({ mapping }) => mapping?.version ?? null),
      textArray(rows, ({ eventId }) => eventId),
      arrayOf('date')(rows, ({ day }) => day),
      textArray(rows, ({ content }) => content),
      arrayOf('jsonb')(rows, ({ errors }) => JSON.stringify(errors))
    ]
  })
}

const keyOf = ({ field, place, word }: CountedWord): string => JSON.stringify([field, place, word])

async function countWords (client: pg.ClientBase, { words, ...batch }: Refusals): Promise<void> {
  const sorted = words.map((word): [string, CountedRow] => [keyOf(word), { ...batch, ...word }])
    .sort(([a], [b]) => a < b ? -1 : 1).slice(0, QUARANTINE_LIMITS.words).map(([, row]) => row)
  if (sorted.length === 0) return
  await client.query({
    name: 'count-unmapped-words',
    text: COUNT_WORDS,
    values: [
      int2Array(sorted, ({ source }) => source.authority_id),
      int4Array(sorted, ({ source }) => source.id),
      textArray(sorted, ({ field }) => field),
      textArray(sorted, ({ place }) => place),
      textArray(sorted, ({ word }) => word),
      int8Array(sorted, ({ rows }) => rows),
      arrayOf('timestamptz')(sorted, ({ at }) => at.getTime()),
      int8Array(sorted, ({ receiptId }) => receiptId)
    ]
  })
}

/** Rows of a source that this process kept since it last looked how many there are: to look costs milliseconds. */
const keptSince = new WeakMap<Source, number>()
const LOOK_AFTER = 1000

// Whoever replays rows has locks on them: those stay, and leave another time.
const MAKE_ROOM = `
  DELETE FROM rejection WHERE owner_id = $1::int2 AND source_id = $2::int4 AND (receipt_id, row_index) IN (
    SELECT receipt_id, row_index FROM rejection WHERE owner_id = $1::int2 AND source_id = $2::int4
      AND (receipt_id, row_index) <= (
        SELECT receipt_id, row_index FROM rejection WHERE owner_id = $1::int2 AND source_id = $2::int4
        ORDER BY receipt_id DESC, row_index DESC OFFSET $3 LIMIT 1
      )
    FOR UPDATE SKIP LOCKED)`

const FORGET_WORDS = `
  DELETE FROM unmapped_word WHERE owner_id = $1::int2 AND source_id = $2::int4 AND (field, place, word) IN (
    SELECT field, place, word FROM unmapped_word WHERE owner_id = $1::int2 AND source_id = $2::int4
    ORDER BY last_seen DESC, rows_seen DESC, field, place, word OFFSET $3 FOR UPDATE SKIP LOCKED)`

async function makeRoom (client: pg.ClientBase, { source, rejections, words }: Refusals): Promise<void> {
  const place = [source.authority_id, source.id]
  if (words.length > 0) await client.query(FORGET_WORDS, [...place, QUARANTINE_LIMITS.words])
  if (rejections.length === 0) return
  const since = (keptSince.get(source) ?? LOOK_AFTER) + rejections.length
  keptSince.set(source, since < LOOK_AFTER ? since : 0)
  if (since >= LOOK_AFTER) await client.query(MAKE_ROOM, [...place, QUARANTINE_LIMITS.rows])
}
