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
    role: 'source_id' in token.owner ? 'source' : 'data-set',
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

/** A token of an operator, an administrator or a reader. */
export type PersonToken = Awaited<ReturnType<typeof personTokens>>[number]

export async function insertPersonToken (
  db: Db,
  { createdAt, expiresAt, ...token }: {
    id: string,
    hash: Buffer,
    role: 'operator' | 'administrator' | 'reader',
    label: string,
    authorities: number[],
    scopes: string[],
    createdAt: Date,
    expiresAt: Date
  }
): Promise<void> {
  await db.insertInto('token').values({ ...token, created_at: createdAt, expires_at: expiresAt }).execute()
}

/** When a token of each source was last used. */
export async function lastUseOfSources (db: Db): Promise<Array<{ sourceId: number, at: Date }>> {
  const rows = await db.selectFrom('token')
    .select(({ fn }) => ['source_id as sourceId', fn.max('last_used_at').as('at')])
    .where('source_id', 'is not', null).where('last_used_at', 'is not', null).groupBy('source_id').execute()
  return rows.flatMap(({ sourceId, at }) => sourceId === null || at === null ? [] : [{ sourceId, at }])
}

/** All that were ever made, without what could be used, in order of creation. */
export async function personTokens (db: Db) {
  return await db.selectFrom('token')
    .select([
      'id', 'role', 'label', 'authorities', 'scopes', 'created_at', 'expires_at', 'revoked_at', 'last_used_at'
    ])
    .where('role', 'in', ['operator', 'administrator', 'reader']).orderBy('created_at').orderBy('id').execute()
}

/** Returns whether there was such a token in force. */
export async function revokePersonToken (db: Db, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('token').set({ revoked_at: at })
    .where('id', '=', id).where('source_id', 'is', null).where('data_set_id', 'is', null)
    .where('revoked_at', 'is', null).executeTakeFirst()
  return numUpdatedRows > 0n
}
