import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { dateArray, int2Array } from '../../postgres/binary-array.ts'
import type { Tables } from '../../postgres/tables.ts'

/** What left of an authority since its cut-off was moved. */
export interface Removed { events: number, versions: number, receipts: number }

/** A cut-off: `day` as `YYYY-MM-DD`; days before it are closed. */
export interface CutOff extends Removed { authorityId: number, day: string, movedAt: Date, finishedAt: Date | null }

const COLUMNS = `authority_id AS "authorityId", cut_off AS day, moved_at AS "movedAt", finished_at AS "finishedAt",
  events, versions, receipts`

export async function readCutOff (db: Kysely<Tables>, authorityId: number): Promise<CutOff | undefined> {
  const { rows: [row] } = await sql<CutOff>`
    SELECT ${sql.raw(COLUMNS)} FROM retention_cut_off WHERE authority_id = ${authorityId}`.execute(db)
  return row
}

/** Those of which rows are still to be removed. */
export async function readUnfinished (client: pg.ClientBase): Promise<CutOff[]> {
  const { rows } = await client.query<CutOff>(
    `SELECT ${COLUMNS} FROM retention_cut_off WHERE finished_at IS NULL ORDER BY authority_id`
  )
  return rows
}

/** Moves cut-offs forward, to days since 1970; those that are there already stay. Returns how many moved. */
export async function moveCutOffs (
  client: pg.ClientBase, moves: ReadonlyArray<{ authorityId: number, day: number }>, at: Date
): Promise<number> {
  // Whoever asks a cluster how many there were is told of those that stay too.
  const { rows } = await client.query(
    `
    INSERT INTO retention_cut_off AS closed (authority_id, cut_off, moved_at)
    SELECT authority_id, cut_off, $3 FROM unnest($1::int2[], $2::date[]) AS moved(authority_id, cut_off)
    ORDER BY authority_id
    ON CONFLICT (authority_id) DO UPDATE SET cut_off = excluded.cut_off, moved_at = excluded.moved_at,
      finished_at = NULL, events = 0, versions = 0, receipts = 0
      WHERE closed.cut_off < excluded.cut_off
    RETURNING authority_id`,
    [int2Array(moves, ({ authorityId }) => authorityId), dateArray(moves, ({ day }) => day), at]
  )
  return rows.length
}

/** Counts what left, by authority. */
export async function countRemoved (
  client: pg.ClientBase, removed: ReadonlyMap<number, Removed>
): Promise<void> {
  if (removed.size === 0) return
  const counts = [...removed.values()]
  await client.query(
    `
    UPDATE retention_cut_off AS closed SET events = closed.events + removed.events,
      versions = closed.versions + removed.versions, receipts = closed.receipts + removed.receipts
    FROM unnest($1::int2[], $2::int8[], $3::int8[], $4::int8[]) AS removed(authority_id, events, versions, receipts)
    WHERE removed.authority_id = closed.authority_id`,
    [
      [...removed.keys()],
      counts.map(({ events }) => events),
      counts.map(({ versions }) => versions),
      counts.map(({ receipts }) => receipts)
    ]
  )
}

/** A source of rows that leave. */
export interface Sending { authorityId: number, sourceId: number }

/**
 * All sources but data sets: what their records count as stays as long as the records, since their sender sends all of
 * them again.
 */
export async function readSenders (client: pg.ClientBase): Promise<Sending[]> {
  const { rows } = await client.query<Sending>(
    `
    SELECT authority_id AS "authorityId", id AS "sourceId" FROM source WHERE position(':' IN name) = 0 ORDER BY id`
  )
  return rows
}

/** Says that nothing of days before these cut-offs is left; one that was moved meanwhile is not finished. */
export async function finishCutOffs (
  client: pg.ClientBase, cutOffs: readonly CutOff[], at: Date
): Promise<CutOff[]> {
  const { rows } = await client.query<CutOff>(
    `
    UPDATE retention_cut_off AS closed SET finished_at = $3
    FROM unnest($1::int2[], $2::date[]) AS done(id, day)
    WHERE closed.authority_id = done.id AND closed.cut_off = done.day AND finished_at IS NULL
    RETURNING ${COLUMNS}`,
    [cutOffs.map(({ authorityId }) => authorityId), cutOffs.map(({ day }) => day), at]
  )
  return rows
}

/** Every authority there is or was. */
export async function readAuthorityIds (client: pg.ClientBase): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>('SELECT id FROM authority ORDER BY id')
  return rows.map(({ id }) => id)
}
