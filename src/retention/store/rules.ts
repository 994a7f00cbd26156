import { sql, type Kysely } from 'kysely'
import type { RetentionRule } from '../../domain/retention.ts'
import type { Tables } from '../../postgres/tables.ts'

/** In the place of an authority: all that say nothing themselves. */
export const OF_ALL = 0

/** Every rule, by its authority's id. */
export async function readRules (db: Kysely<Tables>): Promise<Map<number, RetentionRule>> {
  const { rows } = await sql<RetentionRule & { authorityId: number }>`
    SELECT authority_id AS "authorityId", months, inherits, updated_at AS "updatedAt" FROM retention_rule`.execute(db)
  return new Map(rows.map(({ authorityId, ...rule }) => [authorityId, rule]))
}

export async function putRule (
  db: Kysely<Tables>, authorityId: number, { months, inherits, updatedAt }: RetentionRule
): Promise<void> {
  await sql`
    INSERT INTO retention_rule (authority_id, months, inherits, updated_at)
    VALUES (${authorityId}, ${months}, ${inherits}, ${updatedAt})
    ON CONFLICT (authority_id) DO UPDATE SET months = excluded.months, inherits = excluded.inherits,
      updated_at = excluded.updated_at`.execute(db)
}
