import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'
import type { RhythmRow } from './feeds.ts'

export async function putRhythm (
  db: Kysely<Tables>,
  { authorityId, sourceId, serviceId, rhythm, allowed, updatedAt }: RhythmRow & { authorityId: number }
): Promise<void> {
  await sql`
    INSERT INTO feed_rhythm (authority_id, source_id, service_id, rhythm, allowed_days, updated_at)
    VALUES (${authorityId}, ${sourceId}, ${serviceId}, ${rhythm}, ${allowed}, ${updatedAt})
    ON CONFLICT (authority_id, source_id, service_id) DO UPDATE SET rhythm = excluded.rhythm,
      allowed_days = excluded.allowed_days, updated_at = excluded.updated_at`.execute(db)
}

export async function findRhythmOf (
  db: Kysely<Tables>, sourceId: number, serviceId: number
): Promise<Pick<RhythmRow, 'rhythm' | 'allowed' | 'updatedAt'> | undefined> {
  const { rows: [row] } = await sql<Pick<RhythmRow, 'rhythm' | 'allowed' | 'updatedAt'>>`
    SELECT rhythm, allowed_days AS allowed, updated_at AS "updatedAt" FROM feed_rhythm
    WHERE source_id = ${sourceId} AND service_id = ${serviceId}`.execute(db)
  return row
}

/** Whether there was one. */
export async function deleteRhythm (db: Kysely<Tables>, sourceId: number, serviceId: number): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM feed_rhythm WHERE source_id = ${sourceId} AND service_id = ${serviceId}`.execute(db)
  return numAffectedRows > 0n
}
