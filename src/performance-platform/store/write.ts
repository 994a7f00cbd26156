import { sql, type Kysely } from 'kysely'
import { DEADLINES, lastingUpTo } from '../../postgres/deadlines.ts'
import type { Tables } from '../../postgres/tables.ts'
import { addKinds, kindsOf } from './kinds.ts'
import { addToSums, type RolledUp } from './rollup-change.ts'

type Db = Kysely<Tables>

/**
 * A record as it is stored; `at` is ISO 8601, and no two of a batch have the same id. `day`: the local one on which it
 * happened, where that is known; else the date of `at`.
 */
export interface RecordToStore { id: string, at: string | null, day: string | null, body: Record<string, unknown> }

/**
 * Locks the data set for writing until the transaction ends. False if it was removed. Without the lock two writers that
 * replace the same record would both subtract the same old value from the sums.
 *
 * The row's own lock would do, but not on a cluster: no lock_timeout reaches its node, and who waits there is not seen.
 */
export async function beginWrite (db: Db, dataSetId: number): Promise<boolean> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('data_set'), ${dataSetId}::int4)`.execute(db)
  const { numUpdatedRows } = await db.updateTable('data_set_version').set({ version: sql`version + 1` })
    .where('data_set_id', '=', dataSetId).executeTakeFirst()
  return numUpdatedRows > 0n
}

/** In one statement; more of them may rightly take longer than others. */
const MANY_RECORDS = 10_000

/** Inserts or replaces records, whole, and moves the sums along. */
export async function upsertRecords (db: Db, set: RolledUp, records: RecordToStore[], now: Date): Promise<void> {
  if (records.length > MANY_RECORDS) await sql.raw(lastingUpTo(DEADLINES.largeBatchMs)).execute(db)
  const sorted = records.map(({ id, at, day, body }) => ({ id, at, day, body })).sort((a, b) => a.id < b.id ? -1 : 1)
  const sent = sql`jsonb_to_recordset(${JSON.stringify(sorted)}::jsonb) AS s(id text, at timestamptz, day date,
    body jsonb)`
  // Before the records are replaced: the sums lose what they said.
  await addToSums(db, set, sql`
    SELECT v.data_set_id, said.sign, said.at, said.body FROM data_set_version v CROSS JOIN ${sent}
    LEFT JOIN record r ON r.data_set_id = v.data_set_id AND r.id = s.id
    CROSS JOIN LATERAL (
      SELECT 1 AS sign, s.at, s.body UNION ALL SELECT -1, r.at, r.body WHERE r.id IS NOT NULL) said
    WHERE v.data_set_id = ${set.id}`)
  await addKinds(set.id, kindsOf(records.map(({ body }) => body))).execute(db)
  // The row of the data set says to a cluster that all of it lies where that row does: the statement runs there, whole.
  await sql`
    INSERT INTO record (data_set_id, id, at, day, body, updated_at)
    SELECT v.data_set_id, s.id, s.at, s.day, s.body, ${now}::timestamptz
    FROM data_set_version v CROSS JOIN ${sent} WHERE v.data_set_id = ${set.id}
    ON CONFLICT (data_set_id, id) DO UPDATE SET at = excluded.at, day = excluded.day, body = excluded.body,
      updated_at = excluded.updated_at`
    .execute(db)
}

export async function emptyRecords (db: Db, dataSetId: number): Promise<void> {
  await sql.raw(lastingUpTo(DEADLINES.wholeSetMs)).execute(db)
  await sql`DELETE FROM record_rollup WHERE data_set_id = ${dataSetId}`.execute(db)
  await sql`UPDATE data_set_version SET kinds = '{}' WHERE data_set_id = ${dataSetId}`.execute(db)
  await sql`DELETE FROM record WHERE data_set_id = ${dataSetId}`.execute(db)
}

/** Returns whether there was such a record. */
export async function deleteRecord (db: Db, set: RolledUp, id: string): Promise<boolean> {
  await addToSums(db, set, sql`
    SELECT data_set_id, -1 AS sign, at, body FROM record WHERE data_set_id = ${set.id} AND id = ${id}`)
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM record WHERE data_set_id = ${set.id} AND id = ${id}`.execute(db)
  return numAffectedRows > 0n
}

/** A stored record's time, day and body, all as text, or undefined. */
export async function findRecord (
  db: Db, dataSetId: number, id: string
): Promise<{ at: string | null, day: string | null, body: string } | undefined> {
  const { rows } = await sql<{ at: string | null, day: string | null, body: string }>`
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00') AS at, day::text AS day,
      body::text AS body
    FROM record WHERE data_set_id = ${dataSetId} AND id = ${id}`.execute(db)
  return rows[0]
}
