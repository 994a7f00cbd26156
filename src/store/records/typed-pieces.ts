import { sql, type RawBuilder } from 'kysely'
import { formatDay } from '../../domain/calendar.ts'
import { collectRecords, unsummableRecords, within, type RecordRelation } from './relation.ts'

/** The count of a ward in the period that starts on `day`; null: suppressed. */
export interface Piece { day: number, label: string, count: number | null }

/** Ward figures as disclosure control lets them out, as records. A sum that has a suppressed part is null, not less. */
export function typedPieces (pieces: readonly Piece[], period: string): RecordRelation {
  const fields: Record<string, RawBuilder<unknown>> = {
    ward: sql`to_jsonb(r.value)`, count: sql`to_jsonb(r.count)`, period: sql`to_jsonb(${period}::text)`
  }
  const at = sql`p.day::timestamp AT TIME ZONE 'UTC'`
  const [days, labels, counts] = [pieces.map(({ day }) => formatDay(day)), pieces.map(({ label }) => label), pieces.map(({ count }) => count)]
  return {
    from: (range) => sql`(
      SELECT p.day, ${at} AS at, p.value, p.count FROM unnest(${days}::date[], ${labels}::text[], ${counts}::bigint[]) AS p(day, value, count)
      WHERE ${within(at, range)}) r`,
    at: sql`r.at`,
    id: sql`r.day::text || '.' || replace(r.value, ' ', '_')`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object('ward', r.value, 'count', r.count, 'period', ${period}::text)`,
    field: (name) => Object.hasOwn(fields, name) ? fields[name] ?? sql`NULL::jsonb` : sql`NULL::jsonb`,
    count: sql`count(*)`,
    collect: (method, name, value) => name === 'count' && (method === 'sum' || method === 'mean')
      ? sql`CASE WHEN bool_or(r.count IS NULL) THEN NULL ELSE ${collectRecords(method, value)} END`
      : collectRecords(method, value),
    unsummable: (_name, value) => unsummableRecords(value)
  }
}
