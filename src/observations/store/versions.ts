import type pg from 'pg'
import { revisionOf } from './row.ts'
import type { ObservationSet } from './write.ts'

export interface ObservationVersion {
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

/** Every version of the observations of a period, newest first for each observation. */
export async function readObservationVersions (
  client: pg.Pool | pg.ClientBase, { authorityId, serviceId, measureId, startOn, period }: ObservationSet
): Promise<ObservationVersion[]> {
  const { rows } = await client.query<ObservationVersion>(
    `
    SELECT channel_id AS "channelId", ward_id AS "wardId", value, ${revisionOf('version')} AS revision,
      provisional, note, withdrawn,
      received_at AS "receivedAt", receipt_id AS "receiptId"
    FROM observation_version AS version
    WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
    ORDER BY channel_id, ward_id, version.revision DESC`,
    [authorityId, serviceId, measureId, startOn, period]
  )
  return rows
}
