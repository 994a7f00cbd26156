import type pg from 'pg'
import { dateArray, int2Array } from '../../postgres/binary-array.ts'
import type { FigureSet } from './write.ts'

/** A figure in force; days inclusive as `YYYY-MM-DD`, 0 for no channel or ward. */
export interface StoredFigure {
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

export interface FigureQuestion {
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
  { authorityIds, serviceId, measureIds, from, to }: FigureQuestion
): unknown[] => [
  int2Array(authorityIds, (id) => id), serviceId, int2Array(measureIds, (id) => id), dateArray([from, to], (day) => day)
]

/** Whether any figure touches the days from `from` to before `to`. */
export async function hasFigures (client: pg.Pool | pg.ClientBase, question: FigureQuestion): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>({
    name: 'has-figures',
    text: `SELECT EXISTS (SELECT ${TOUCHING}) AS has`,
    values: questionValues(question)
  })
  return rows[0]?.has ?? false
}

/** Figures that touch the days from `from` to before `to`: cost by figures, not by events. */
export async function readFigures (client: pg.Pool | pg.ClientBase, question: FigureQuestion): Promise<StoredFigure[]> {
  const { rows } = await client.query<StoredFigure>({
    name: 'read-figures',
    text: `
      SELECT authority_id AS "authorityId", measure_id AS "measureId", channel_id AS "channelId", ward_id AS "wardId",
        period, start_on AS "startOn", end_on AS "endOn", value, provisional, revised, note
      ${TOUCHING}
      ORDER BY authority_id, measure_id, start_on, period, channel_id, ward_id`,
    values: questionValues(question)
  })
  return rows
}

export interface FigureVersion {
  channelId: number
  wardId: number
  value: number
  revision: number
  provisional: boolean
  note: string
  withdrawn: boolean
  receivedAt: Date
  receiptId: number
}

/** Every version of the figures of a period, newest first for each figure. */
export async function readFigureVersions (
  client: pg.Pool | pg.ClientBase, { authorityId, serviceId, measureId, startOn, period }: FigureSet
): Promise<FigureVersion[]> {
  const { rows } = await client.query<FigureVersion>(
    `
    SELECT channel_id AS "channelId", ward_id AS "wardId", value, revision, provisional, note, withdrawn,
      received_at AS "receivedAt", receipt_id AS "receiptId"
    FROM observation_version
    WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
    ORDER BY channel_id, ward_id, revision DESC`,
    [authorityId, serviceId, measureId, startOn, period]
  )
  return rows
}
