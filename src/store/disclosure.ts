import type { Insertable, Kysely } from 'kysely'
import type pg from 'pg'
import { dateArray, int2Array } from './binary-array.ts'
import { readColumns } from './read-columns.ts'
import { betweenDays } from './rollups/definitions.ts'
import type { DisclosureRuleTable, Tables } from './tables.ts'

/** What events there are of some authorities, a service and a type. */
export interface CountedKey { authorityIds: readonly number[], serviceId: number, type: number }

export interface ActiveDay { authorityId: number, day: number, least: number }

/** Every day between the two dates on which an authority has anything, with its smallest published figure. */
export async function readActiveDays (pool: pg.Pool, { authorityIds, serviceId, type }: CountedKey, dates: readonly [from: number, before: number]): Promise<ActiveDay[]> {
  return await readColumns(pool, {
    columns: ['authorityId', 'day', 'least'],
    values: [dateArray(dates, (date) => date), int2Array(authorityIds, (id) => id), serviceId, type],
    text: `
      SELECT authority_id AS "authorityId", (local_date - DATE '1970-01-01') AS day, min(count) AS least
      FROM (
        SELECT authority_id, local_date, sum8(count) AS count FROM rollup_channel_day
        WHERE authority_id = ANY ((SELECT $2::int2[])::int2[]) AND service_id = (SELECT $3::int2) AND type = (SELECT $4::int2)
          AND ${betweenDays('(SELECT ($1::date[])[1])', '(SELECT ($1::date[])[2])')}
        GROUP BY authority_id, local_date, channel_id, outcome
      ) AS cell WHERE count > 0
      GROUP BY 1, local_date ORDER BY 1, local_date`
  })
}

/** Creates or replaces a rule. */
export async function putDisclosureRule (db: Kysely<Tables>, rule: Insertable<DisclosureRuleTable>): Promise<void> {
  await db.insertInto('disclosure_rule').values(rule)
    .onConflict((conflict) => conflict.columns(['authority_id', 'service_id', 'level']).doUpdateSet({
      threshold: rule.threshold, finest: rule.finest, delay_days: rule.delay_days, round_to: rule.round_to, updated_at: rule.updated_at
    })).execute()
}

/** Returns whether there was such a rule. */
export async function deleteDisclosureRule (
  db: Kysely<Tables>, authorityId: number | null, serviceId: number | null, level: DisclosureRuleTable['level']
): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('disclosure_rule').where('level', '=', level)
    .where((where) => authorityId === null ? where('authority_id', 'is', null) : where('authority_id', '=', authorityId))
    .where((where) => serviceId === null ? where('service_id', 'is', null) : where('service_id', '=', serviceId))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** First and last local day with events, or undefined where there are none. */
export async function readExtent (
  pool: pg.Pool, { authorityId, serviceId, type }: { authorityId: number, serviceId: number, type: number }
): Promise<{ first: string, last: string } | undefined> {
  const { rows: [row] } = await pool.query<{ first: string | null, last: string | null }>(`
    SELECT min(local_date) AS first, max(local_date) AS last FROM rollup_channel_day
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND events > 0`, [authorityId, serviceId, type])
  return row?.first == null || row.last === null ? undefined : { first: row.first, last: row.last }
}
