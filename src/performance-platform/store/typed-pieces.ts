import { sql, type RawBuilder } from 'kysely'
import type { Published } from '../../disclosure/gate.ts'
import { formatDay } from '../../domain/calendar.ts'
import { partOfRecords, within, type RecordRelation } from './relation.ts'

/** The count of a ward in the period of `days` days that starts on `day`; null: suppressed. */
export interface Piece { day: number, days: number, label: string, count: number | null }

const LACKING = sql`NULL::jsonb`

/** Ward figures as disclosure control lets them out, as records. A sum that has a suppressed part is null, not less. */
export function typedPieces (pieces: ReadonlyArray<Published<Piece>>, period: string): RecordRelation {
  const fields: Record<string, RawBuilder<unknown>> = {
    ward: sql`to_jsonb(r.value)`,
    count: sql`to_jsonb(r.count)`,
    period: sql`to_jsonb(${period}::text)`
  }
  const fieldOf = (name: string) => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  const at = sql`p.day::timestamp AT TIME ZONE 'UTC'`
  const [starts, lengths] = [pieces.map(({ day }) => formatDay(day)), pieces.map(({ days }) => days)]
  const [labels, counts] = [pieces.map(({ label }) => label), pieces.map(({ count }) => count)]
  return {
    from: (range) =>
      sql`(
      SELECT p.day, ${at} AS at, p.days, p.value, p.count
      FROM unnest(${starts}::date[], ${lengths}::int[], ${labels}::text[], ${counts}::bigint[]) AS p(day, days, value,
        count)
      WHERE ${within(at, range)}) r`,
    at: sql`r.at`,
    id: sql`r.day::text || '.' || replace(r.value, ' ', '_')`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object('ward', r.value, 'count', r.count, 'period', ${period}::text)`,
    field: fieldOf,
    count: sql`sum(r.days)`, // as many records as the old platform had, whose senders sent one a day
    part: (kind, name) =>
      kind === 'sum' && name === 'count'
        ? sql`sum(coalesce(r.count::numeric, 'Infinity'))`
        : partOfRecords(kind, fieldOf(name))
  }
}
