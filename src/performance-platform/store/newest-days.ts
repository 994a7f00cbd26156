import type pg from 'pg'
import { readNewestDays } from '../../rollups/index.ts'

/** The newest local days with events of one authority and type: before `today` and before `monday`. */
export interface NewestOfType {
  authorityId: number
  type: number
  beforeToday: string | null
  beforeMonday: string | null
}

/** Only authorities and types that have events at all. */
export async function readNewestOfTypes (
  client: pg.Pool | pg.ClientBase,
  { authorityIds, serviceId, today, monday }: {
    authorityIds: number[], serviceId: number, today: string, monday: string
  }
): Promise<NewestOfType[]> {
  const found = await readNewestDays(client, { authorityIds, serviceIds: [serviceId], before: [today, monday] })
  return found.map(({ authorityId, type, newest: [, beforeToday = null, beforeMonday = null] }) =>
    ({ authorityId, type, beforeToday, beforeMonday })
  )
}
