import { sql, type Kysely } from 'kysely'
import type { Counted } from '../../domain/quotas.ts'
import type { Tables } from '../../postgres/tables.ts'

const NOT_REMOVED = 'SELECT authority_id, removed_at IS NULL AS live FROM'
const ALL = 'SELECT authority_id, true AS live FROM'
/** Whose each row is, and whether it is there still. */
const ROWS: Record<Counted, string> = {
  wards: `${NOT_REMOVED} area`,
  notes: `${ALL} annotation`,
  sources: `${NOT_REMOVED} source`,
  tokens: `
    SELECT coalesce(source.authority_id, data_set.authority_id, token.authorities[1]) AS authority_id,
      token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > asked.at) AS live
    FROM asked, token LEFT JOIN source ON source.id = token.source_id
      LEFT JOIN data_set ON data_set.id = token.data_set_id`,
  data_sets: `${ALL} data_set`,
  dashboards: `${ALL} dashboard`,
  targets: 'SELECT nullif(authority_id, 0) AS authority_id, true AS live FROM target',
  publication_rules: `${ALL} publication_rule`,
  declarations: `${ALL} authoritative`,
  proposals: "SELECT authority_id, state = 'proposed' AS live FROM proposal",
  mappings: 'SELECT authority_id, ended_at IS NULL AS live FROM mapping'
}

interface Limits {
  /** Null: look at all. */
  authorityId: number | null
  at: Date
  /** So many of those that are there; times more with those removed, and of what is of no authority. */
  most: { of: number, removedTimes: number, nobodysTimes: number }
}

/** The authority that has more than it may, and how many; undefined: none has. */
export async function fullest (
  db: Kysely<Tables>, counted: Counted, { authorityId, at, most }: Limits
): Promise<{ authorityId: number | null, live: number } | undefined> {
  const { rows: [found] } = await sql<{ authorityId: number | null, live: number }>`
    WITH asked AS (SELECT ${at}::timestamptz AS at),
    counted AS (
      SELECT authority_id, count(*) FILTER (WHERE live) AS live, count(*) AS stored,
        ${most.of}::int8 * CASE WHEN authority_id IS NULL THEN ${most.nobodysTimes}::int8 ELSE 1 END AS most
      FROM (${sql.raw(ROWS[counted])}) AS row
      ${authorityId === null ? sql`` : sql`WHERE authority_id = ${authorityId}::smallint`} GROUP BY authority_id
    )
    SELECT authority_id AS "authorityId", live FROM counted
    WHERE live > most OR stored > most * ${most.removedTimes}::int8
    ORDER BY live DESC, 1 LIMIT 1`.execute(db)
  return found
}
