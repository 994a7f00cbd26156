import { sql, type RawBuilder } from 'kysely'
import { formatDay } from '../../domain/calendar.ts'
import type { DateRange } from '../../domain/period.ts'

/** Rows `t` of a rollup by authority and local day without the days of an authority that are left out. */
export function withoutDays (
  authorityIds: readonly number[], leftOut: (authorityId: number) => readonly DateRange[]
): RawBuilder<unknown> {
  const days = authorityIds.flatMap((id) => leftOut(id).map(({ start, end }) => ({ id, start, end })))
  if (days.length === 0) return sql`TRUE`
  return sql`NOT EXISTS (
    SELECT FROM unnest(${days.map(({ id }) => id)}::int2[], ${days.map(({ start }) => formatDay(start))}::date[],
      ${days.map(({ end }) => formatDay(end))}::date[]) AS w(id, first, after)
    WHERE w.id = t.authority_id AND t.local_date >= w.first AND t.local_date < w.after)`
}
