import type pg from 'pg'
import type { DateRange } from '../../domain/period.ts'
import { eachSum } from '../../rollups/index.ts'
import type { GroupCount } from '../year-counts.ts'
import type { ReleaseKey } from './releases.ts'

/** What was counted in a ward on a day, in one outcome and channel. `events` is 0 where nothing was reported. */
export interface WardDay extends GroupCount { ward: number }

/** The live counts by ward, day, outcome and channel, and the days on which anything was reported. */
export async function readWardDays (
  client: pg.ClientBase, key: ReleaseKey, range: DateRange
): Promise<{ counts: WardDay[], reported: Set<number> }> {
  const counts = new Map<string, WardDay>()
  const events = new Map<number, number>()
  const add = (ward: number, day: number, outcome: number, channel: number, avoidable: number, count: number): void => {
    if (count === 0) return
    const name = `${ward} ${day} ${outcome} ${channel} ${avoidable}`
    const known = counts.get(name)
    if (known === undefined) counts.set(name, { ward, day, outcome, channel, avoidable, count })
    else known.count += count
  }
  await eachSum(client, { ...selection(key, range), dimensions: ['ward', 'outcome', 'channel'] }, (sum) => {
    events.set(sum.day, (events.get(sum.day) ?? 0) + sum.events)
    add(sum.ward, sum.day, sum.outcome, sum.channel, 1, sum.avoidable)
    add(sum.ward, sum.day, sum.outcome, sum.channel, 0, sum.count - sum.avoidable)
  })
  const reported = new Set([...events].flatMap(([day, many]) => many > 0 ? [day] : []))
  return { counts: [...counts.values()].filter(({ count }) => count !== 0), reported }
}

export interface StreetMonth { ward: number, street: number, day: number, count: number }

/** The live counts of streets by month: `range` begins and ends with months. */
export async function readStreetMonths (
  client: pg.ClientBase, key: ReleaseKey, range: DateRange
): Promise<StreetMonth[]> {
  const counts = new Map<string, StreetMonth>()
  const question = { ...selection(key, range), dimensions: ['ward', 'street'] as const }
  await eachSum(client, question, ({ ward, street, day, count }) => {
    const name = `${ward} ${street} ${day}`
    const known = counts.get(name)
    if (known === undefined) counts.set(name, { ward, street, day, count })
    else known.count += count
  })
  return [...counts.values()].filter(({ count }) => count !== 0)
}

const selection = ({ authorityId, serviceId, type }: ReleaseKey, { start, end }: DateRange) => ({
  authorityIds: [authorityId], serviceId, type, from: start, before: end
})
