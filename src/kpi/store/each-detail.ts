import type pg from 'pg'
import { formatDay } from '../../domain/calendar.ts'
import { DURATION_BOUNDS } from '../../domain/durations.ts'

// TEMPORARY: replaced by the door of rollups when it lands.
export type DetailDimension = 'outcome' | 'channel' | 'band' | 'ward' | 'street'
export interface DetailQuestion {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  from: number
  before: number
  attribute: string
  values?: readonly string[]
  dimensions: readonly DetailDimension[]
  filters?: Partial<Record<'outcome' | 'channel' | 'ward' | 'street', readonly number[]>>
}
export interface DetailSum {
  authorityId: number
  day: number
  outcome: number
  channel: number
  band: number
  ward: number
  street: number
  value: string
  events: number
  count: number
  priced: number
  amount: number
  timed: number
  duration: number
}
export async function eachDetail (
  client: pg.Pool | pg.ClientBase, q: DetailQuestion, visit: (sum: Readonly<DetailSum>) => void
): Promise<void> {
  const { rows } = await client.query(
    `SELECT authority_id AS "authorityId", local_date - DATE '1970-01-01' AS day, outcome, channel_id AS channel,
      ward_id AS ward, street, count, amount_pence AS amount, duration_seconds AS seconds, attributes
    FROM event WHERE voided_at IS NULL AND authority_id = ANY ($1) AND service_id = $2 AND type = $3
      AND local_date >= $4::date AND local_date < $5::date`,
    [q.authorityIds, q.serviceId, q.type, formatDay(q.from), formatDay(q.before)]
  )
  for (const row of rows) {
    const { count, seconds, attributes } = row
    const amount = row.amount === null ? null : Number(row.amount)
    if (q.attribute === '' ? amount === null && seconds === null : attributes?.[q.attribute] == null) continue
    if (q.filters?.ward?.includes(row.ward) === false) continue
    let day = row.day
    if (q.dimensions.includes('ward') || q.dimensions.includes('street')) {
      const date = new Date(day * 86_400_000)
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 86_400_000
    }
    if (day < q.from || day >= q.before) continue
    const at = DURATION_BOUNDS.findIndex((bound) => seconds <= bound)
    visit({
      ...row, day, value: q.attribute === '' ? '' : String(attributes[q.attribute]), events: 1,
      band: seconds === null ? 0 : at === -1 ? DURATION_BOUNDS.length + 1 : at + 1,
      priced: amount === null ? 0 : count, amount: amount ?? 0, timed: seconds === null ? 0 : count,
      duration: (seconds ?? 0) * count
    })
  }
}
