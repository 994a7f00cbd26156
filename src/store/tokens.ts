import { sql, type Kysely } from 'kysely'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Notes when tokens were last used, many in one statement. Instants in milliseconds. */
export async function saveLastUse (db: Db, uses: Map<string, number>): Promise<void> {
  const ids = [...uses.keys()].sort()
  await sql`
    UPDATE token SET last_used_at = greatest(last_used_at, used.at)
    FROM unnest(${ids}::text[], ${ids.map((id) => new Date(uses.get(id) ?? 0))}::timestamptz[]) AS used(id, at)
    WHERE token.id = used.id`.execute(db)
}

export async function insertToken (
  db: Db, token: { id: string, hash: Buffer, sourceId: number, createdAt: Date, expiresAt: Date | null, scopes: string[] }
): Promise<void> {
  await db.insertInto('token').values({
    id: token.id, hash: token.hash, source_id: token.sourceId, created_at: token.createdAt, expires_at: token.expiresAt, scopes: token.scopes
  }).execute()
}

/** Returns whether there was such a token in force. */
export async function revokeToken (db: Db, sourceId: number, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('token').set({ revoked_at: at })
    .where('source_id', '=', sourceId).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function tokensOfSource (db: Db, sourceId: number) {
  return await db.selectFrom('token').select(['id', 'created_at', 'expires_at', 'scopes', 'revoked_at', 'last_used_at'])
    .where('source_id', '=', sourceId).orderBy('created_at').orderBy('id').execute()
}
