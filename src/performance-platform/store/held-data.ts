import type pg from 'pg'
import { readNewestDays } from '../../rollups/index.ts'

/**
 * Of an authority's events of one type: the newest local day of all, the newest before `today`, and before `monday`.
 */
export interface Newest {
  authority_id: number
  type: number
  day: string
  before_today: string | null
  before_monday: string | null
}

export async function readNewest (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceId, today, monday }: {
    authorityIds: number[], serviceId: number, today: string, monday: string
  }
): Promise<Newest[]> {
  const found = await readNewestDays(client, { authorityIds, serviceIds: [serviceId], before: [today, monday] })
  return found.map(({ authorityId, type, newest: [day, beforeToday, beforeMonday] }) => ({
    authority_id: authorityId,
    type,
    day: day ?? '',
    before_today: beforeToday ?? null,
    before_monday: beforeMonday ?? null
  }))
}
