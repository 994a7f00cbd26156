import type pg from 'pg'
import { dateArray, int2Array } from '../../postgres/binary-array.ts'

/** An observation in force; days inclusive as `YYYY-MM-DD`, 0 for no channel or ward. */
export interface StoredObservation {
  authorityId: number
  measureId: number
  channelId: number
  wardId: number
  /** Code of the period. */
  period: number
  startOn: string
  endOn: string
  value: number
  provisional: boolean
  revised: boolean
  note: string
}

export interface ObservationQuestion {
  authorityIds: readonly number[]
  serviceId: number
  measureIds: readonly number[]
  from: number
  to: number
}

const TOUCHING = `
  FROM observation
  WHERE authority_id = ANY ($1::int2[]) AND service_id = $2 AND measure_id = ANY ($3::int2[])
    AND start_on < ($4::date[])[2] AND end_on >= ($4::date[])[1]`

const questionValues = (
  { authorityIds, serviceId, measureIds, from, to }: ObservationQuestion
): unknown[] => [
  int2Array(authorityIds, (id) => id), serviceId, int2Array(measureIds, (id) => id), dateArray([from, to], (day) => day)
]

/** Whether any observation touches the days from `from` to before `to`. */
export async function hasObservations (
  client: pg.Pool | pg.ClientBase, question: ObservationQuestion
): Promise<boolean> {
  const { rows } = await client.query({
    name: 'has-observations', text: `SELECT 1 AS one ${TOUCHING} LIMIT 1`, values: questionValues(question)
  })
  return rows.length > 0
}

/** The first day of any observation by ward; undefined where there is none. */
export async function readFirstOfWards (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceId, measureIds }: Pick<ObservationQuestion, 'authorityIds' | 'serviceId' | 'measureIds'>
): Promise<number | undefined> {
  const { rows } = await client.query<{ first: number | null }>(
    `
    SELECT min(start_on) - DATE '1970-01-01' AS first FROM observation
    WHERE authority_id = ANY ($1::int2[]) AND service_id = $2 AND measure_id = ANY ($3::int2[]) AND ward_id <> 0`,
    [authorityIds, serviceId, measureIds]
  )
  return rows[0]?.first ?? undefined
}

/** The services and measures of some authorities that have observations by ward. */
export async function readMeasuresWithWards (
  client: pg.Pool | pg.ClientBase, authorityIds: readonly number[]
): Promise<Array<{ authorityId: number, serviceId: number, measureId: number }>> {
  const { rows } = await client.query<{ authorityId: number, serviceId: number, measureId: number }>(
    `
    SELECT DISTINCT authority_id AS "authorityId", service_id AS "serviceId", measure_id AS "measureId"
    FROM observation WHERE authority_id = ANY ($1::int2[]) AND ward_id <> 0 ORDER BY 1, 2, 3`,
    [authorityIds]
  )
  return rows
}

/** Observations that touch the days from `from` to before `to`; the cost follows their number, not that of events. */
export async function readObservations (
  client: pg.Pool | pg.ClientBase, question: ObservationQuestion
): Promise<StoredObservation[]> {
  const { rows } = await client.query<StoredObservation>({
    name: 'read-observations',
    text: `
      SELECT authority_id AS "authorityId", measure_id AS "measureId", channel_id AS "channelId", ward_id AS "wardId",
        period, start_on AS "startOn", end_on AS "endOn", value, provisional, revised, note
      ${TOUCHING}
      ORDER BY authority_id, measure_id, start_on, period, channel_id, ward_id`,
    values: questionValues(question)
  })
  return rows
}

/** How many figures of each authority there are of periods that end on a day (`YYYY-MM-DD`) or after it. */
export async function countObservationsFrom (
  client: pg.Pool | pg.ClientBase, authorityIds: readonly number[], day: string
): Promise<Array<{ authorityId: number, observations: number }>> {
  const { rows } = await client.query<{ authorityId: number, observations: number }>(
    `
    SELECT authority_id AS "authorityId", count(*)::int4 AS observations FROM observation
    WHERE authority_id = ANY ($1::int2[]) AND end_on >= $2::date GROUP BY authority_id`,
    [authorityIds, day]
  )
  return rows
}
