import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Notes when tokens were last used, many in one statement. Instants in milliseconds. */
export async function saveLastUse (db: Db, uses: Map<string, number>): Promise<void> {
  const ids = [...uses.keys()].sort()
  await sql`
    UPDATE token SET last_used_at = greatest(last_used_at, used.at)
    FROM unnest(${ids}::text[], ${ids.map((id) => new Date(uses.get(id) ?? 0))}::timestamptz[]) AS used(id, at)
    WHERE token.id = used.id`.execute(db)
}

/** A token is a source's or a data set's. */
export type TokenOwner = { source_id: number } | { data_set_id: number }

/** Returns whether it is new: a data set's may be a secret that it has already. */
export async function insertToken (
  db: Db,
  token: { id: string, hash: Buffer, owner: TokenOwner, createdAt: Date, expiresAt: Date | null, scopes: string[] }
): Promise<boolean> {
  const row = await db.insertInto('token').values({
    id: token.id,
    hash: token.hash,
    ...token.owner,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    scopes: token.scopes
  }).onConflict((conflict) => conflict.doNothing()).returning('id').executeTakeFirst()
  return row !== undefined
}

/** Returns whether there was such a token in force. */
export async function revokeToken (db: Db, owner: TokenOwner, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('token').set({ revoked_at: at })
    .where((where) => where.and(owner)).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()
  return numUpdatedRows > 0n
}

/** All that were ever made, without what could be used. */
export async function tokensOf (db: Db, owner: TokenOwner) {
  return await db.selectFrom('token').select(['id', 'created_at', 'expires_at', 'scopes', 'revoked_at', 'last_used_at'])
    .where((where) => where.and(owner)).orderBy('created_at').orderBy('id').execute()
}
