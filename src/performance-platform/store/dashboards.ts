import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'
import type { Publication } from '../publication.ts'

type Db = Kysely<Tables>

const COLUMNS = ['slug', 'body', 'published', 'audience', 'publish_at', 'authority_id'] as const

/** Creates the dashboard or replaces it; returns whether it is new. */
export async function putDashboard (
  db: Db,
  { slug, body, published, audience, publishAt, authorityId }:
    { slug: string, body: object, authorityId: number | null } & Publication,
  at: Date
): Promise<boolean> {
  const text = JSON.stringify(body)
  const publication = { published, audience, publish_at: publishAt }
  const { created } = await db.insertInto('dashboard').values({
    slug, body: text, ...publication, authority_id: authorityId, created_at: at, updated_at: at
  })
    .onConflict((conflict) => conflict.column('slug').doUpdateSet({
      body: text, ...publication, authority_id: authorityId, updated_at: at
    }))
    .returning(sql<boolean>`xmax = 0`.as('created')).executeTakeFirstOrThrow()
  return created
}

export async function readDashboard (db: Db, slug: string) {
  return await db.selectFrom('dashboard').select(COLUMNS).where('slug', '=', slug).executeTakeFirst()
}

/** Whose a dashboard is, and whether it is published; undefined where there is none. */
export async function readOwner (db: Db, slug: string) {
  return await db.selectFrom('dashboard').select(['authority_id', 'published']).where('slug', '=', slug)
    .executeTakeFirst()
}

/** Makes all who put a dashboard at this address wait for one another until the end of the transaction. */
export async function lockSlug (db: Db, slug: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('dashboard'), hashtext(${slug}))`.execute(db)
}

/** Every dashboard that was written, without its modules. */
export async function readHeads (db: Db) {
  return await db.selectFrom('dashboard')
    .select([
      'slug', 'authority_id', 'published', 'created_at', 'updated_at', sql<string>`body ->> 'title'`.as('title')
    ])
    .execute()
}

/** Returns whether there was such a dashboard. */
export async function deleteDashboard (db: Db, slug: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('dashboard').where('slug', '=', slug).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Every dashboard that was written, published or not: an unpublished one replaces the self-made one. */
export async function readDashboards (db: Db) {
  return await db.selectFrom('dashboard').select(COLUMNS).orderBy('slug').execute()
}

/** How many dashboards were published by themselves until an instant, and when the next one will be. */
export async function readPublications (db: Db, now: number): Promise<{ passed: number, next: number }> {
  const found = await db.selectFrom('dashboard').select('publish_at').where('publish_at', 'is not', null).execute()
  const instants = found.flatMap(({ publish_at: at }) => at === null ? [] : at.getTime())
  return {
    passed: instants.filter((at) => at <= now).length,
    next: instants.filter((at) => at > now).reduce((a, b) => Math.min(a, b), Infinity)
  }
}
