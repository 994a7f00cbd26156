import type pg from 'pg'
import type { DateRange } from '../domain/period.ts'
import { dateArray, int2Array } from '../postgres/binary-array.ts'
import { SERIES, type Series } from './dimensions.ts'

/** A day of a series of which an event was corrected or voided; in days since 1970. */
export interface RevisedDay extends Series { day: number }

// In the order of the key, as every writer of several rows does.
const RECORD = `
  INSERT INTO revised_day (${SERIES.join(', ')}, local_date)
  SELECT * FROM unnest($1::int2[], $2::int2[], $3::int2[], $4::date[]) AS revised(${SERIES.join(', ')}, local_date)
  ORDER BY ${SERIES.join(', ')}, local_date
  ON CONFLICT DO NOTHING`

/** Marks days as revised for good, in the transaction of the correction. */
export async function recordRevisedDays (client: pg.ClientBase, days: readonly RevisedDay[]): Promise<void> {
  if (days.length === 0) return
  await client.query({
    name: 'record-revised-days',
    text: RECORD,
    values: [
      int2Array(days, ({ authorityId }) => authorityId),
      int2Array(days, ({ serviceId }) => serviceId),
      int2Array(days, ({ type }) => type),
      dateArray(days, ({ day }) => day)
    ]
  })
}

/** Takes the marks of authorities back: of sandboxes alone, where nothing was published. */
export async function forgetRevisedDays (client: pg.ClientBase, authorityIds: readonly number[]): Promise<void> {
  await client.query('DELETE FROM revised_day WHERE authority_id = ANY ($1::int2[])', [authorityIds])
}

/** Days from `from` to before `before`. */
export interface RevisedQuestion {
  authorityIds: readonly number[]
  serviceId: number
  types: readonly number[]
  from: number
  before: number
}

// One row for each series with any: of most there is none.
const READ = `
  SELECT authority_id AS "authorityId", type, array_agg(local_date - DATE '1970-01-01' ORDER BY local_date) AS days
  FROM revised_day
  WHERE authority_id = ANY ($1::int2[]) AND service_id = $2::int2 AND type = ANY ($3::int2[])
    AND local_date >= ($4::date[])[1] AND local_date < ($4::date[])[2]
  GROUP BY authority_id, type`

/** The days of a service of which events were corrected or voided. */
export class RevisedDays {
  readonly #days: ReadonlyMap<string, readonly number[]>

  constructor (found: ReadonlyArray<{ authorityId: number, type: number, days: number[] }>) {
    this.#days = new Map(found.map(({ authorityId, type, days }) => [`${authorityId} ${type}`, days]))
  }

  /**
   * Whether any day of the range is one. It is of the whole authority: a mark by ward would tell whose event changed.
   */
  in (authorityId: number, type: number, { start, end }: DateRange): boolean {
    const days = this.#days.get(`${authorityId} ${type}`)
    return days?.some((day) => day >= start && day < end) ?? false
  }
}

/** Reads them; the cost follows the number of days that were corrected, not that of events. */
export async function readRevisedDays (
  client: pg.Pool | pg.ClientBase, { authorityIds, serviceId, types, from, before }: RevisedQuestion
): Promise<RevisedDays> {
  const { rows } = await client.query<{ authorityId: number, type: number, days: number[] }>({
    name: 'read-revised-days',
    text: READ,
    values: [
      int2Array(authorityIds, (id) => id),
      serviceId,
      int2Array(types, (type) => type),
      dateArray([from, before], (day) => day)
    ]
  })
  return new RevisedDays(rows)
}
