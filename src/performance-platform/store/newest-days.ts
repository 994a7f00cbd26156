import type pg from 'pg'
import { readNewestDays } from '../../rollups/index.ts'

/** The newest local days with events of one authority, service and type: before `today` and before `monday`. */
export interface NewestOfType {
  authorityId: number
  serviceId: number
  type: number
  beforeToday: string | null
  beforeMonday: string | null
}

/** Only those that have events at all. */
export async function readNewestOfTypes (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceIds, today, monday }: {
    authorityIds: readonly number[], serviceIds: readonly number[], today: string, monday: string
  }
): Promise<NewestOfType[]> {
  const found = await readNewestDays(client, { authorityIds, serviceIds, before: [today, monday] })
  return found.map(({ authorityId, serviceId, type, newest: [, beforeToday = null, beforeMonday = null] }) =>
    ({ authorityId, serviceId, type, beforeToday, beforeMonday })
  )
}
