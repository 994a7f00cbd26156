import type { Insertable, Kysely } from 'kysely'
import type { DisclosureRuleTable, Tables } from '../../postgres/tables.ts'

/** Creates or replaces a rule. */
export async function putDisclosureRule (db: Kysely<Tables>, rule: Insertable<DisclosureRuleTable>): Promise<void> {
  await db.insertInto('disclosure_rule').values(rule)
    .onConflict((conflict) =>
      conflict.columns(['authority_id', 'service_id', 'level']).doUpdateSet({
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
  db: Kysely<Tables>, authorityId: number | null, serviceId: number | null, level: DisclosureRuleTable['level']
): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('disclosure_rule').where('level', '=', level)
    .where((where) =>
      authorityId === null ? where('authority_id', 'is', null) : where('authority_id', '=', authorityId)
    )
    .where((where) => serviceId === null ? where('service_id', 'is', null) : where('service_id', '=', serviceId))
    .executeTakeFirst()
  return numDeletedRows > 0n
}
