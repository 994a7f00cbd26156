import type pg from 'pg'
import { dateArray, int2Array, int4Array } from '../binary-array.ts'
import { betweenDays } from '../rollups/definitions.ts'

/** Days of one authority and type of event, `to` not included. */
export interface Span { authorityId: number, type: number, from: number, to: number }

/** A sum over a span; `span` is an index. `area` is a ward's id, a street's USRN, or 0 where not asked for. */
export interface SpanCell {
  span: number
  channel: number
  outcome: number
  area: number
  count: number
  avoidable: number
}

export interface SpanQuestion {
  serviceId: number
  spans: readonly Span[]
  split: 'none' | 'ward' | 'street'
  /** Streets only: those with the most of these outcomes in the spans `among`; `most` null: all of them. */
  streets?: { wardIds: readonly number[] | undefined, outcomes: readonly number[], most: number | null, among: readonly number[] }
}

const SPANS = 'unnest($1::int2[], $2::int2[], $3::date[], $4::date[]) WITH ORDINALITY AS span(authority_id, type, from_on, to_on, n)'
// OFFSET 0 keeps the planner from making a join of it, which would unpack all that is pending for each span.
const joined = (table: string, date: 'local_date' | 'month'): string => `
  FROM ${SPANS}
  CROSS JOIN LATERAL (
    SELECT * FROM ${table} WHERE authority_id = span.authority_id AND service_id = $5 AND type = span.type
      AND ${date === 'month' ? 'month >= span.from_on AND month < span.to_on' : betweenDays('span.from_on', 'span.to_on')} OFFSET 0
  ) AS r`

const sums = (table: string, channel: string, area: string, date: 'local_date' | 'month', where = ''): string => `
  SELECT span.n - 1 AS span, ${channel} AS channel, r.outcome, ${area} AS area, sum(r.count) AS count, sum(r.avoidable) AS avoidable
  ${joined(table, date)} ${where}
  GROUP BY 1, 2, 3, 4
  HAVING sum(r.events) > 0`

const IN_WARDS = '($6::int4[] IS NULL OR r.ward_id = ANY ($6))'
const STATEMENTS = {
  none: { name: 'read-spans', text: sums('rollup_channel_day', 'r.channel_id', '0', 'local_date') },
  ward: { name: 'read-spans-ward', text: sums('rollup_ward_day', 'r.channel_id', 'r.ward_id', 'local_date') },
  street: {
    name: 'read-spans-street',
    text: `
      WITH top AS MATERIALIZED (
        SELECT r.street ${joined('rollup_street_month', 'month')}
        WHERE ${IN_WARDS} AND r.outcome = ANY ($7::int2[]) AND r.street <> 0 AND span.n - 1 = ANY ($9::int4[])
        GROUP BY r.street ORDER BY sum(r.count) DESC, r.street LIMIT $8
      )
      ${sums('rollup_street_month', '0', 'r.street', 'month', `WHERE ${IN_WARDS} AND r.street IN (SELECT street FROM top)`)}`
  }
}

const spanValues = ({ spans, serviceId }: Pick<SpanQuestion, 'spans' | 'serviceId'>): unknown[] => [
  int2Array(spans, (span) => span.authorityId), int2Array(spans, (span) => span.type), dateArray(spans, (span) => span.from),
  dateArray(spans, (span) => span.to), serviceId
]

/** Sums of events over spans, each a range of the primary key of a rollup. One statement. */
export async function readSpans (client: pg.Pool | pg.ClientBase, question: SpanQuestion): Promise<SpanCell[]> {
  if (question.spans.length === 0) return []
  const { streets } = question
  const more = streets === undefined
    ? []
    : [
        streets.wardIds === undefined ? null : int4Array(streets.wardIds, (id) => id),
        int2Array(streets.outcomes, (code) => code), streets.most, int4Array(streets.among, (span) => span)
      ]
  const { rows } = await client.query<SpanCell>({ ...STATEMENTS[question.split], values: [...spanValues(question), ...more] })
  return rows
}

/** On how many days of each span anything was reported; spans without any are left out. */
export async function readReportedDays (client: pg.Pool | pg.ClientBase, question: Pick<SpanQuestion, 'spans' | 'serviceId'>): Promise<Map<number, number>> {
  if (question.spans.length === 0) return new Map()
  const { rows } = await client.query<{ span: number, days: number }>({
    name: 'read-reported-days',
    text: `SELECT span.n - 1 AS span, count(DISTINCT r.local_date) AS days ${joined('rollup_channel_day', 'local_date')} WHERE r.events > 0 GROUP BY 1`,
    values: spanValues(question)
  })
  return new Map(rows.map(({ span, days }) => [span, days]))
}
