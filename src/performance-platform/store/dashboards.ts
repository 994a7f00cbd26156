import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Creates the dashboard or replaces it; returns whether it is new. */
export async function putDashboard (
  db: Db, { slug, body, published }: { slug: string, body: object, published: boolean }, at: Date
): Promise<boolean> {
  const text = JSON.stringify(body)
  const { created } = await db.insertInto('dashboard').values({
    slug, body: text, published, created_at: at, updated_at: at
  })
    .onConflict((conflict) => conflict.column('slug').doUpdateSet({ body: text, published, updated_at: at }))
    .returning(sql<boolean>`xmax = 0`.as('created')).executeTakeFirstOrThrow()
  return created
}

export async function readDashboard (db: Db, slug: string) {
  return await db.selectFrom('dashboard').select('body').where('slug', '=', slug).executeTakeFirst()
}

/** Returns whether there was such a dashboard. */
export async function deleteDashboard (db: Db, slug: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('dashboard').where('slug', '=', slug).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Every dashboard that was written, published or not: an unpublished one replaces the self-made one. */
export async function readDashboards (db: Db) {
  return await db.selectFrom('dashboard').select(['slug', 'body', 'published']).orderBy('slug').execute()
}
