import type pg from 'pg'
import { revisionOf, type ObservationRow } from './row.ts'

/** Days as days since 1970, both inclusive; ids undefined: whatever they are. */
export interface FigureQuestion {
  startOn: number
  endOn: number
  authorityIds: readonly number[]
  serviceIds: readonly number[]
  measureIds: readonly number[] | undefined
}

/** The figures that a source sent of periods that lie within some days, in key order; one more than `most` at most. */
export async function figuresInPeriod (
  client: pg.ClientBase, sourceId: number,
  { startOn, endOn, authorityIds, serviceIds, measureIds }: FigureQuestion, most: number
): Promise<ObservationRow[]> {
  const { rows } = await client.query<ObservationRow>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", measure_id AS "measureId", period,
      start_on - DATE '1970-01-01' AS "startOn", end_on - DATE '1970-01-01' AS "endOn", channel_id AS "channelId",
      ward_id AS "wardId", value, provisional, note, ${revisionOf('observation')} AS revision
    FROM observation
    WHERE authority_id = ANY ($1::int2[]) AND service_id = ANY ($2::int2[])
      AND ($3::int2[] IS NULL OR measure_id = ANY ($3)) AND source_id = $4
      AND start_on >= DATE '1970-01-01' + $5::int4 AND end_on <= DATE '1970-01-01' + $6::int4
    ORDER BY authority_id, service_id, measure_id, start_on, period, channel_id, ward_id LIMIT $7`,
    [authorityIds, serviceIds, measureIds, sourceId, startOn, endOn, most + 1]
  )
  return rows
}
