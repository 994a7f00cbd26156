import type { DateRange } from '../domain/period.ts'
import type { Deciding } from './deciding.ts'
import { readLive } from './live.ts'
import { readCounted, type ReleasedYear } from './store/releases.ts'
import type { YearShape } from './released-year.ts'

/** The first days of released gaps whose live counts are no longer those that were released. */
export async function changedGaps (
  deciding: Deciding, year: DateRange, { dates, groups }: YearShape, decided: ReleasedYear | undefined
): Promise<number[]> {
  const { client, key } = deciding
  const counted = decided?.counted ?? await readCounted(client, key, year.start)
  if (counted === undefined) return []
  const { counts } = await readLive(deciding, { start: year.start, end: dates.at(-1) ?? year.start }, dates)
  const gapOf = (day: number): number => dates[dates.findLastIndex((date) => date <= day)] ?? day
  const differences = new Map<string, { gap: number, count: number }>()
  const add = (ward: number, day: number, group: readonly number[], count: number): void => {
    const name = `${ward} ${gapOf(day)} ${group.join(' ')}`
    const one = differences.get(name)
    if (one === undefined) differences.set(name, { gap: gapOf(day), count })
    else one.count += count
  }
  for (const [ward, day, group, count] of counted.wards) {
    add(ward, day, groups[group] ?? [], -count)
  }
  for (const { ward, day, outcome, channel, avoidable, count } of counts) {
    add(ward, day, [outcome, channel, avoidable], count)
  }
  const changed = [...differences.values()].flatMap(({ gap, count }) => count === 0 ? [] : [gap])
  return [...new Set(changed)].sort((a, b) => a - b)
}
