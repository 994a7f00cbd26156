import type { Kysely } from 'kysely'
import type { PublicationRule } from '../../catalogue/publication-directory.ts'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>
export type RuleKey = Pick<PublicationRule, 'authority_id' | 'service_id' | 'from_on'>

/** Creates or replaces a rule. */
export async function putPublicationRule (db: Db, rule: PublicationRule): Promise<void> {
  const { authority_id: _a, service_id: _s, from_on: _f, ...change } = rule
  await db.insertInto('publication_rule').values(rule)
    .onConflict((conflict) => conflict.columns(['authority_id', 'service_id', 'from_on']).doUpdateSet(change)).execute()
}

/** Returns whether there was such a rule. */
export async function deletePublicationRule (db: Db, key: RuleKey): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('publication_rule')
    .where('authority_id', '=', key.authority_id).where('service_id', '=', key.service_id)
    .where('from_on', '=', key.from_on).executeTakeFirst()
  return numDeletedRows > 0n
}

/** How many rules an authority has. */
export async function countPublicationRules (db: Db, authorityId: number): Promise<number> {
  const { count } = await db.selectFrom('publication_rule').select(({ fn }) => fn.countAll<string>().as('count'))
    .where('authority_id', '=', authorityId).executeTakeFirstOrThrow()
  return Number(count)
}
