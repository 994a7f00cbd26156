import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface SourceSettings {
  authorityId: number
  name: string
  services: number[]
  providerFor: number[]
  /** alias -> channel slug */
  channels: Record<string, string>
}

/** Creates the source or replaces its settings; returns whether it is new. */
export async function putSource (db: Db, source: SourceSettings, at: Date): Promise<boolean> {
  const settings = {
    services: source.services,
    provider_for: source.providerFor,
    channels: JSON.stringify(source.channels),
    updated_at: at
  }
  const updated = await db.updateTable('source').set(settings)
    .where('authority_id', '=', source.authorityId).where('name', '=', source.name).executeTakeFirst()
  if (updated.numUpdatedRows > 0n) return false
  await db.insertInto('source').values({
    authority_id: source.authorityId, name: source.name, created_at: at, ...settings
  })
    .onConflict((conflict) => conflict.columns(['authority_id', 'name']).doUpdateSet(settings)).execute()
  return true
}
