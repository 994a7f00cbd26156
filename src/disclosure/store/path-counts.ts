import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import type { GroupCounts } from '../../domain/disclosure/index.ts'
import { eachSum } from '../../rollups/index.ts'

/** Names events: those of one type of a service, of some authorities. */
export interface EventSelection { authorityIds: readonly number[], serviceId: number, type: number }

/**
 * Counts in each gap between `dates` (first days; the last is exclusive), by outcome, digital class, channel and
 * avoidability: the steps of a breakdown.
 */
export async function readPathCounts (
  client: pg.Pool | pg.ClientBase, { channelById }: Directory, series: EventSelection, dates: readonly number[]
): Promise<GroupCounts[]> {
  const names = [...new Set([...channelById.values()].map(({ digital_class: name }) => name))]
  const paths = new Map<string, { path: number[], counts: number[] }>()
  const [from, before] = [dates[0] ?? 0, dates.at(-1) ?? 0]
  await eachSum(client, { ...series, from, before, dimensions: ['outcome', 'channel'] }, (sum) => {
    const gap = dates.findLastIndex((date) => date <= sum.day)
    const add = (avoidable: number, count: number): void => {
      const digitalClass = names.indexOf(channelById.get(sum.channel)?.digital_class ?? '') + 1
      const path = [sum.outcome, digitalClass, sum.channel, avoidable]
      const one = paths.get(path.join()) ?? { path, counts: dates.slice(1).map(() => 0) }
      paths.set(path.join(), one)
      one.counts[gap] = (one.counts[gap] ?? 0) + count
    }
    add(1, sum.avoidable)
    add(0, sum.count - sum.avoidable)
  })
  return [...paths.values()]
}
