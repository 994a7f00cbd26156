import { sql, type RawBuilder } from 'kysely'
import { partOfRecords, within, type RecordRelation } from './relation.ts'

export interface TypedCosts {
  authorityId: number
  serviceId: number
  measureId: number
  type: number
  /** Outcomes that count as a transaction. */
  outcomes: number[]
  /** id -> the value that records show; 0 is all channels together. */
  channels: Map<number, string>
  /** Stored code -> name. */
  periods: Map<number, string>
}

const LACKING = sql`NULL::jsonb`

/**
 * Costs as the old platform kept them: one record for each cost figure, with what it comes to a transaction, in pounds.
 * A figure without transactions in its days has none.
 */
export function typedCosts (
  { authorityId, serviceId, measureId, type, outcomes, channels, periods }: TypedCosts
): RecordRelation {
  const fields: Record<string, RawBuilder<unknown>> = {
    channel: sql`to_jsonb(r.channel)`,
    cost_per_transaction: sql`to_jsonb((r.pence / 100.0 / r.transactions)::float8)`,
    total_cost: sql`to_jsonb((r.pence / 100.0)::float8)`,
    number_of_transactions: sql`to_jsonb(r.transactions)`,
    period: sql`to_jsonb(r.period)`,
    end_at: sql`to_jsonb((r.end_on + 1)::text || 'T00:00:00+00:00')`
  }
  const fieldOf = (name: string) => Object.hasOwn(fields, name) ? fields[name] ?? LACKING : LACKING
  const names = (map: Map<number, string>) => sql`unnest(${[...map.keys()]}::int[], ${[...map.values()]}::text[])`
  return {
    from: (range) =>
      sql`(
      SELECT o.start_on, o.end_on, o.start_on::timestamp AT TIME ZONE 'UTC' AS at, o.value AS pence,
        coalesce(c.label, 'unknown') AS channel, p.name AS period, t.transactions
      FROM observation o
      JOIN ${names(periods)} AS p(code, name) ON p.code = o.period
      LEFT JOIN ${names(channels)} AS c(id, label) ON c.id = o.channel_id
      CROSS JOIN LATERAL (
        SELECT sum(d.count)::bigint AS transactions FROM rollup_channel_day d
        WHERE d.authority_id = o.authority_id AND d.service_id = o.service_id AND d.type = ${type}
          AND d.local_date BETWEEN o.start_on AND o.end_on AND d.month >= date_trunc('month',
            o.start_on::timestamp)::date AND d.month <= o.end_on
          AND d.outcome = ANY (${outcomes}::int2[])
          AND (o.channel_id = 0 OR d.channel_id = o.channel_id)) t
      WHERE o.authority_id = ${authorityId} AND o.service_id = ${serviceId} AND o.measure_id = ${measureId}
        AND o.ward_id = 0
        AND t.transactions > 0 AND ${within(sql`o.start_on::timestamp AT TIME ZONE 'UTC'`, range)}) r`,
    at: sql`r.at`,
    id: sql`r.start_on::text || '.' || r.period || '.' || r.channel`,
    updatedAt: sql`NULL::timestamptz`,
    body: sql`jsonb_build_object(${sql.join(Object.entries(fields).flatMap(([name, value]) => [sql.lit(name), value]))})`,
    field: fieldOf,
    count: sql`count(*)`,
    part: (kind, name) => partOfRecords(kind, fieldOf(name))
  }
}
