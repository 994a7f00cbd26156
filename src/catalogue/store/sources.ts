import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface SourceSettings {
  authorityId: number
  name: string
  services: number[]
  providerFor: number[]
  /** alias -> channel slug */
  channels: Record<string, string>
  /** Ids of the sources whose figures it may replace. */
  takesOver: number[]
}

/** Creates the source or replaces its settings; one that was removed begins anew. Returns whether it is new. */
export async function putSource (db: Db, source: SourceSettings, at: Date): Promise<boolean> {
  const settings = {
    services: source.services,
    provider_for: source.providerFor,
    channels: JSON.stringify(source.channels),
    takes_over: source.takesOver,
    updated_at: at,
    removed_at: null
  }
  const before = await db.selectFrom('source').select('removed_at').forUpdate()
    .where('authority_id', '=', source.authorityId).where('name', '=', source.name).executeTakeFirst()
  if (before !== undefined) {
    await db.updateTable('source').set(settings)
      .where('authority_id', '=', source.authorityId).where('name', '=', source.name).execute()
    return before.removed_at !== null
  }
  await db.insertInto('source').values({
    authority_id: source.authorityId, name: source.name, created_at: at, ...settings
  })
    .onConflict((conflict) => conflict.columns(['authority_id', 'name']).doUpdateSet(settings)).execute()
  return true
}

/** The source sends no more: its row stays, its tokens are revoked. Returns whether it did. */
export async function removeSource (db: Db, id: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('source').set({ removed_at: at, updated_at: at })
    .where('id', '=', id).where('removed_at', 'is', null).executeTakeFirst()
  // They are for whoever sends, who has ended; its sandbox has the same ids below zero.
  for (const table of ['rejection', 'unmapped_word']) {
    await sql`DELETE FROM ${sql.table(table)}
      USING source WHERE source.id = ${id}
        AND (owner_id, source_id) IN ((authority_id, source.id), (-authority_id, -source.id))`.execute(db)
  }
  await db.updateTable('token').set({ revoked_at: at })
    .where('source_id', '=', id).where('revoked_at', 'is', null).execute()
  return numUpdatedRows > 0n
}
