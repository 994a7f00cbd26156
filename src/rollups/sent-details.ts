import type pg from 'pg'
import { DETAIL_DAYS, OF_DETAILS, SERIES, type Series } from './dimensions.ts'

/** The attributes that events of a series ever carry, in no order; '' among them: some have an amount or a duration. */
export async function readSentDetails (
  client: pg.Pool | pg.ClientBase, { authorityId, serviceId, type }: Series
): Promise<Set<string>> {
  const ofSeries = SERIES.map((name, i) => `${name} = $${i + 1}::int2`).join(' AND ')
  const { rows } = await client.query<{ attribute: string }>({
    name: 'sent-details',
    text: `
      SELECT attribute FROM ${DETAIL_DAYS.folded} WHERE ${ofSeries}
      UNION SELECT attribute FROM ${OF_DETAILS.pendingView} WHERE ${ofSeries}`,
    values: [authorityId, serviceId, type]
  })
  return new Set(rows.map(({ attribute }) => attribute))
}
