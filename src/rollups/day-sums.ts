import { sql, type RawBuilder } from 'kysely'
import { CHANNEL_DAYS, DIMENSIONS, WARD_DAYS } from './dimensions.ts'

const DAYS = { channel: CHANNEL_DAYS, ward: WARD_DAYS }

/**
 * Sums by local day and one dimension as a FROM item, for statements that are built over them: authority_id,
 * local_date, month, id, events, count. There may be several rows of a day and id: who reads them adds up. Name the
 * months (first days) as well as the days, or all months are unpacked.
 */
export function daySums (
  { authorityIds, serviceId, type, dimension }: {
    authorityIds: readonly number[], serviceId: number, type: number, dimension: keyof typeof DAYS
  }
): RawBuilder<unknown> {
  const [one] = authorityIds
  const ofAuthority = authorityIds.length === 1
    ? sql`authority_id = ${one}`
    : sql`authority_id = ANY (${authorityIds}::int2[])`
  return sql`(
    SELECT authority_id, local_date, month, ${sql.ref(DIMENSIONS[dimension].column)} AS id, events, count
    FROM ${sql.table(DAYS[dimension].view)}
    WHERE ${ofAuthority} AND service_id = ${serviceId} AND type = ${type})`
}
