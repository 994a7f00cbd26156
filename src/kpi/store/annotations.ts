import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { int2Array } from '../../postgres/binary-array.ts'
import { clientOf } from '../../postgres/database.ts'
import { recordChanges } from '../../rollups/index.ts'
import type { Tables } from '../../postgres/tables.ts'

/** A dated note on an authority, or on one of its services. Local dates; `serviceId` 0 means all services. */
export interface AnnotationRow {
  authorityId: number
  serviceId: number
  id: string
  startOn: string
  endOn: string | null
  note: string
  author: string
}

/**
 * Creates or replaces the note with this id; returns whether it is new. A note may move to another service: both
 * change then.
 */
export async function putAnnotation (db: Kysely<Tables>, row: AnnotationRow, at: Date): Promise<boolean> {
  const { authorityId, serviceId, id, startOn, endOn, note, author } = row
  for (;;) {
    const { rows: [created] } = await sql`
      INSERT INTO annotation (authority_id, service_id, id, start_on, end_on, note, author, updated_at)
      VALUES (${authorityId}, ${serviceId}, ${id}, ${startOn}, ${endOn}, ${note}, ${author}, ${at})
      ON CONFLICT (authority_id, id) DO NOTHING RETURNING id`.execute(db)
    if (created !== undefined) {
      await changed(db, authorityId, [serviceId])
      return true
    }
    const { rows: [before] } = await sql<{ serviceId: number }>`
      SELECT service_id AS "serviceId" FROM annotation WHERE authority_id = ${authorityId} AND id = ${id} FOR UPDATE`
      .execute(db)
    if (before === undefined) continue // removed meanwhile
    await sql`
      UPDATE annotation SET service_id = ${serviceId}, start_on = ${startOn}, end_on = ${endOn}, note = ${note},
        author = ${author}, updated_at = ${at}
      WHERE authority_id = ${authorityId} AND id = ${id}`.execute(db)
    await changed(db, authorityId, [before.serviceId, serviceId])
    return false
  }
}

/** Returns whether there was such a note. */
export async function deleteAnnotation (db: Kysely<Tables>, authorityId: number, id: string): Promise<boolean> {
  const { rows: [gone] } = await sql<{ serviceId: number }>`
    DELETE FROM annotation WHERE authority_id = ${authorityId} AND id = ${id} RETURNING service_id AS "serviceId"`
    .execute(db)
  if (gone !== undefined) await changed(db, authorityId, [gone.serviceId])
  return gone !== undefined
}

async function changed (db: Kysely<Tables>, authorityId: number, serviceIds: readonly number[]): Promise<void> {
  await recordChanges(clientOf(db), serviceIds.map((serviceId) => ({ authorityId, serviceId })))
}

/** What notes a list asks for; what is left out asks for all. `serviceId` 0: those on all services of an authority. */
export interface AnnotationList {
  authorityId?: number | undefined
  serviceId?: number | undefined
  id?: string | undefined
  /** Notes that touch the days from `from` to `to`, both inclusive. */
  from?: string | undefined
  to?: string | undefined
  /** Words that stand in the note or its id. */
  q?: string | undefined
  /** The place of the note that the page before ended with. */
  after?: { authorityId: number, id: string } | undefined
  limit: number
}

/** Notes in the order of their authorities' numbers and their ids. */
export async function listAnnotations (
  db: Kysely<Tables>, { authorityId, serviceId, id, from, to, q, after, limit }: AnnotationList
): Promise<Array<AnnotationRow & { updatedAt: Date }>> {
  const pattern = q === undefined ? null : `%${q.replaceAll(/[\\%_]/g, (one) => `\\${one}`)}%`
  const { rows } = await sql<AnnotationRow & { updatedAt: Date }>`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", id, start_on AS "startOn", end_on AS "endOn",
      note, author, updated_at AS "updatedAt"
    FROM annotation
    WHERE ${authorityId === undefined ? sql`true` : sql`authority_id = ${authorityId}`}
      AND (${serviceId ?? null}::integer IS NULL OR service_id = ${serviceId ?? null})
      AND (${id ?? null}::text IS NULL OR id = ${id ?? null})
      AND (${from ?? null}::date IS NULL OR coalesce(end_on, start_on) >= ${from ?? null}::date)
      AND (${to ?? null}::date IS NULL OR start_on <= ${to ?? null}::date)
      AND (${pattern}::text IS NULL OR note ILIKE ${pattern} OR id ILIKE ${pattern})
      AND (${after === undefined ? null : 1}::integer IS NULL OR
        (authority_id::integer, id) > (${after?.authorityId ?? 0}::integer, ${after?.id ?? ''}::text))
    ORDER BY authority_id, id LIMIT ${limit}`.execute(db)
  return rows
}

/**
 * The newest notes on authorities and a service that touch the days from `startOn` to `endOn`, both inclusive: so many
 * at most, in the order of their days.
 */
export async function readAnnotations (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceId, startOn, endOn, most }: {
    authorityIds: number[], serviceId: number, startOn: string, endOn: string, most: number
  }
): Promise<AnnotationRow[]> {
  const { rows } = await client.query<AnnotationRow>({
    name: 'read-annotations',
    text: `
      SELECT authority_id AS "authorityId", service_id AS "serviceId", id, start_on AS "startOn", end_on AS "endOn",
        note, author
      FROM annotation
      WHERE authority_id = ANY ($1::int2[]) AND service_id IN (0, $2) AND start_on <= $4 AND coalesce(end_on,
        start_on) >= $3
      ORDER BY annotation.start_on DESC, authority_id DESC, id DESC LIMIT $5`,
    values: [int2Array(authorityIds, (id) => id), serviceId, startOn, endOn, most]
  })
  return rows.reverse()
}
