import { sql, type Insertable, type Kysely } from 'kysely'
import type { DisclosureRuleTable, Tables } from '../../postgres/tables.ts'

/** Creates or replaces a rule. */
export async function putDisclosureRule (db: Kysely<Tables>, rule: Insertable<DisclosureRuleTable>): Promise<void> {
  await db.insertInto('disclosure_rule').values(rule)
    .onConflict((conflict) =>
      conflict.columns(['authority_id', 'service_id', 'level', 'set_by']).doUpdateSet({
        threshold: rule.threshold,
        finest: rule.finest,
        delay_days: rule.delay_days,
        round_to: rule.round_to,
        updated_at: rule.updated_at
      })
    ).execute()
}

/** Returns whether there was such a rule. */
export async function deleteDisclosureRule (
  db: Kysely<Tables>,
  { authorityId, serviceId, level, setBy }: {
    authorityId: number | null, serviceId: number | null, level: DisclosureRuleTable['level'], setBy: string
  }
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM disclosure_rule WHERE level = ${level} AND set_by = ${setBy}
      AND authority_id IS NOT DISTINCT FROM ${authorityId}::smallint
      AND service_id IS NOT DISTINCT FROM ${serviceId}::smallint`.execute(db)
  return numAffectedRows > 0n
}
