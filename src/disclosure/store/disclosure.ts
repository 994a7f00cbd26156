import type { Insertable, Kysely } from 'kysely'
import type pg from 'pg'
import { eachSum } from '../../rollups/index.ts'
import type { DisclosureRuleTable, Tables } from '../../postgres/tables.ts'

/** Names events: those of one type of a service, of some authorities. */
export interface EventSelection { authorityIds: readonly number[], serviceId: number, type: number }

/** More than there are outcomes, to make a key of a channel and an outcome. */
export const OUTCOMES = 32

export interface ActiveDay { authorityId: number, day: number, least: number }

/** Every day between the two dates on which an authority has events, with its smallest published figure; in order. */
export async function readActiveDays (
  client: pg.Pool | pg.ClientBase, series: EventSelection, [from, before]: readonly [from: number, before: number]
): Promise<ActiveDay[]> {
  const counts = new Map<number, Map<number, Map<number, number>>>() // by authority, day, channel and outcome
  await eachSum(
    client,
    { ...series, from, before, dimensions: ['channel', 'outcome'] },
    ({ authorityId, day, channel, outcome, count }) => {
      let days = counts.get(authorityId)
      if (days === undefined) counts.set(authorityId, days = new Map<number, Map<number, number>>())
      let figures = days.get(day)
      if (figures === undefined) days.set(day, figures = new Map<number, number>())
      const key = channel * OUTCOMES + outcome
      figures.set(key, (figures.get(key) ?? 0) + count)
    }
  )
  return [...counts].sort(([a], [b]) => a - b).flatMap(([authorityId, days]) =>
    [...days].sort(([a], [b]) => a - b).flatMap(([day, figures]) => {
      const least = Math.min(...[...figures.values()].filter((count) => count > 0))
      return least === Infinity ? [] : [{ authorityId, day, least }]
    })
  )
}

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
