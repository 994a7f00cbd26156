import type { Insertable, Kysely } from 'kysely'
import type pg from 'pg'
import { dateArray } from './binary-array.ts'
import type { DisclosureRuleTable, Tables } from './tables.ts'

/** What events there are of one authority, service and type. */
export interface CountedKey { authorityId: number, serviceId: number, type: number }

export interface CountedCell {
  /** Index into the dates asked for. */
  stretch: number
  ward: number
  street: number
  outcome: number
  channel: number
  count: number
  avoidable: number
}

/** Days are whole numbers since 1970-01-01. */
const DAY = "(local_date - DATE '1970-01-01')"

/** Sums by stretch between `dates` (first days, the last one exclusive), ward, channel and outcome. */
export async function readWardCounts (pool: pg.Pool, key: CountedKey, dates: number[]): Promise<CountedCell[]> {
  return await readCounts(pool, key, dates, `
    SELECT width_bucket(local_date, $1::date[]) - 1 AS stretch, ward_id AS ward, 0 AS street, outcome, channel_id AS channel,
      sum(count) AS count, sum(avoidable) AS avoidable
    FROM rollup_ward_day
    WHERE authority_id = $2 AND service_id = $3 AND type = $4 AND local_date >= ($1::date[])[1] AND local_date < ($1::date[])[cardinality($1::date[])]
    GROUP BY 1, ward_id, outcome, channel_id
    HAVING sum(count) > 0`)
}

/** Sums by stretch between `dates`, which start months, ward, street and outcome. */
export async function readStreetCounts (pool: pg.Pool, key: CountedKey, dates: number[]): Promise<CountedCell[]> {
  return await readCounts(pool, key, dates, `
    SELECT width_bucket(month, $1::date[]) - 1 AS stretch, ward_id AS ward, street, outcome, 0 AS channel,
      sum(count) AS count, sum(avoidable) AS avoidable
    FROM rollup_street_month
    WHERE authority_id = $2 AND service_id = $3 AND type = $4 AND month >= ($1::date[])[1] AND month < ($1::date[])[cardinality($1::date[])]
    GROUP BY 1, ward_id, street, outcome
    HAVING sum(count) > 0`)
}

async function readCounts (pool: pg.Pool, { authorityId, serviceId, type }: CountedKey, dates: number[], text: string): Promise<CountedCell[]> {
  const { rows } = await pool.query<CountedCell>(text, [dateArray(dates, (date) => date), authorityId, serviceId, type])
  return rows
}

/** Every day on which the authority has anything, with its smallest published figure. */
export async function readActiveDays (
  pool: pg.Pool, { authorityId, serviceId, type }: CountedKey, dates: number[]
): Promise<Array<{ day: number, least: number }>> {
  const { rows } = await pool.query<{ day: number, least: number }>(`
    SELECT ${DAY} AS day, min(count) AS least
    FROM rollup_channel_day
    WHERE authority_id = $2 AND service_id = $3 AND type = $4 AND count > 0 AND local_date >= ($1::date[])[1] AND local_date < ($1::date[])[cardinality($1::date[])]
    GROUP BY local_date ORDER BY 1`, [dateArray(dates, (date) => date), authorityId, serviceId, type])
  return rows
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

/** First and last local day with events by ward, or undefined where there are none. */
export async function readExtent (pool: pg.Pool, { authorityId, serviceId, type }: CountedKey): Promise<{ first: string, last: string } | undefined> {
  const { rows: [row] } = await pool.query<{ first: string | null, last: string | null }>(`
    SELECT min(local_date) AS first, max(local_date) AS last FROM rollup_channel_day
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND events > 0`, [authorityId, serviceId, type])
  return row?.first == null || row.last === null ? undefined : { first: row.first, last: row.last }
}
