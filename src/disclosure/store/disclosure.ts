import type { Insertable, Kysely } from 'kysely'
import type pg from 'pg'
import type { DateRange } from '../../domain/period.ts'
import { int2Array } from '../../postgres/binary-array.ts'
import { CHANNEL_DAYS, CHANNEL_MONTHS } from '../../rollups/definitions.ts'
import { dayKey } from '../../rollups/packed.ts'
import { eachCell } from '../../rollups/read-packed.ts'
import type { DisclosureRuleTable, Tables } from '../../postgres/tables.ts'

/** What events there are of some authorities, a service and a type. */
export interface CountedKey { authorityIds: readonly number[], serviceId: number, type: number }

export interface ActiveDay { authorityId: number, day: number, least: number }

/** Every day between the two dates on which an authority has anything, with its smallest published figure; in order. */
export async function readActiveDays (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceId, type }: CountedKey,
  [from, before]: readonly [from: number, before: number]
): Promise<ActiveDay[]> {
  const counts = new Map<number, Map<number, Map<number, number>>>() // by day, and what tells its figures apart
  await eachCell(
    client,
    CHANNEL_DAYS,
    { authorityIds, serviceId, type, from, before },
    ({ authorityId, day, channelId, outcome, count }) => {
      let days = counts.get(authorityId)
      if (days === undefined) counts.set(authorityId, days = new Map<number, Map<number, number>>())
      let figures = days.get(day)
      if (figures === undefined) days.set(day, figures = new Map<number, number>())
      const key = dayKey(0, channelId, outcome)
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

/**
 * Days outside which none of the authorities has anything, whole years of what is folded; undefined where none has
 * anything at all.
 */
export async function readYears (
  client: pg.Pool | pg.ClientBase, { authorityIds, serviceId, type }: CountedKey
): Promise<DateRange | undefined> {
  const { rows: [row] } = await client.query<{ start: number | null, end: number | null }>({
    name: 'read-years',
    text: `
      SELECT min(first) - DATE '1970-01-01' AS start, max(after) - DATE '1970-01-01' AS end FROM (
        SELECT min(year) AS first, (max(year) + interval '1 year')::date AS after FROM ${CHANNEL_MONTHS.folded}
        WHERE authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2)
          AND type = (SELECT $3::int2)
        UNION ALL
        SELECT min(local_date), max(local_date) + 1 FROM rollup_pending_cell
        WHERE authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2)
          AND type = (SELECT $3::int2)
      ) AS half`,
    values: [int2Array(authorityIds, (id) => id), serviceId, type]
  })
  return row?.start == null || row.end === null ? undefined : { start: row.start, end: row.end }
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

/** First and last local day with events, or undefined where there are none. */
export async function readExtent (
  client: pg.Pool | pg.ClientBase,
  { authorityId, serviceId, type }: { authorityId: number, serviceId: number, type: number }
): Promise<{ first: string, last: string } | undefined> {
  const { rows: [row] } = await client.query<{ first: string | null, last: string | null }>(
    `
    SELECT min(local_date) AS first, max(local_date) AS last FROM rollup_channel_day
    WHERE authority_id = $1 AND service_id = $2 AND type = $3 AND events > 0`,
    [authorityId, serviceId, type]
  )
  return row?.first == null || row.last === null ? undefined : { first: row.first, last: row.last }
}
