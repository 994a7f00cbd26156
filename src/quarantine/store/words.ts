import type pg from 'pg'
import type { Owner } from '../../intake/owner.ts'
import type { Word } from '../../intake/refusals/unmapped-words.ts'

/** A word that was not known when it was sent. */
export interface StoredWord extends Word {
  rows: number
  firstSeen: Date
  lastSeen: Date
  /** The receipt of the last batch that had it. */
  receiptId: number
}

/** The words of a source, those of the most rows first. */
export async function readWords (client: pg.ClientBase, { ownerId, sourceId }: Owner): Promise<StoredWord[]> {
  const { rows } = await client.query<StoredWord>(
    `
    SELECT field, place, word, rows_seen AS rows, first_seen AS "firstSeen", last_seen AS "lastSeen",
      receipt_id AS "receiptId"
    FROM unmapped_word WHERE owner_id = $1::int2 AND source_id = $2::int4
    ORDER BY rows_seen DESC, field, place, word`,
    [ownerId, sourceId]
  )
  return rows
}

/** Forgets words: all of a source, of a field, or one. */
export async function deleteWords (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, { field, word }: { field?: string, word?: string }
): Promise<void> {
  await client.query(
    `DELETE FROM unmapped_word WHERE owner_id = $1::int2 AND source_id = $2::int4
      AND ($3::text IS NULL OR field = $3) AND ($4::text IS NULL OR word = $4)`,
    [ownerId, sourceId, field ?? null, word ?? null]
  )
}
