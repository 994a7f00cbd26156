import { sql } from 'kysely'
import { workedOut, type Published } from '../../disclosure/gate.ts'
import { formatDay } from '../../domain/calendar.ts'
import { aggregateOfRecords, recordsWith, summable, within, type RecordRelation } from './relation.ts'

/** A record made of published figures. A field that is null is suppressed. */
export interface ValueRecord {
  /** The local day that it bears as its time. */
  day: number
  /** Distinguishes it from the others of that day. */
  name: string
  /** How many records the old platform had instead, whose senders sent one a day; 1 if left out. */
  stands?: number
  body: Record<string, string | number | null>
}

/** Published figures as records. A sum that has a suppressed part is null, not less. */
export const valueRecords = (records: ReadonlyArray<Published<ValueRecord>>): Published<RecordRelation> =>
  workedOut(records, relationOf)

function relationOf (records: readonly ValueRecord[]): RecordRelation {
  const field = (name: string) => sql`nullif(r.body -> ${name}::text, 'null')`
  const at = sql`v.day::timestamp AT TIME ZONE 'UTC'`
  const days = records.map(({ day }) => formatDay(day))
  const ids = records.map(({ day, name }) => `${formatDay(day)}${name === '' ? '' : `.${name.replaceAll(' ', '_')}`}`)
  const stands = records.map((record) => record.stands ?? 1)
  const bodies = records.map(({ body }) => JSON.stringify(body))
  return recordsWith({}, {
    scope: {}, // it reads no table
    from: (range) =>
      sql`(
      SELECT ${at} AS at, v.id, v.stands, v.body::jsonb AS body
      FROM unnest(${days}::date[], ${ids}::text[], ${stands}::int[], ${bodies}::text[]) AS v(day, id, stands, body)
      WHERE ${within(at, range)}) r`,
    id: sql`r.id`,
    body: sql`r.body`,
    field,
    count: sql`sum(r.stands)`,
    aggregate: (kind, name) =>
      kind === 'sum'
        ? sql`sum(CASE WHEN r.body -> ${name}::text = 'null' THEN 'Infinity' ELSE ${summable(field(name))} END)`
        : aggregateOfRecords(kind, field(name))
  })
}
