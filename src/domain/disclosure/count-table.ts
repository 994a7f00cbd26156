import type { DateRange } from '../period.ts'
import type { CandidateDate } from './publication-dates.ts'

/**
 * The counts of one finest group of events, by gap between dates. `path` leads from the coarsest breakdown to the
 * finest, e.g. [outcome, digital class, channel]: view 0 is the total, view k the breakdown by the first k steps of it.
 */
export interface GroupCounts { path: readonly number[], counts: readonly number[] }

/** Counts since the start of the range, at each date. */
export interface SumCounts {
  /** `views[k]`: one array for each group of view k; view 0 is the total alone. */
  views: ReadonlyArray<ReadonlyArray<readonly number[]>>
}

interface Input {
  range: DateRange
  dates: readonly CandidateDate[]
  groups: Iterable<GroupCounts>
  /** The first days of the gaps that `groups` are counted by; gaps outside the range are passed over. */
  starts: readonly number[]
  views: number
}

/** Adds up counts by date; `dateOf` gives the index of a candidate date. */
export function countTable ({ range, dates, groups, starts, views }: Input): {
  counts: SumCounts, weights: number[], dateOf: (day: number) => number | undefined
} {
  const known = new Map(dates.map(({ day }, i) => [day, i]))
  const gapOf = starts.map((day) =>
    day < range.start || day >= range.end ? undefined : dates.findLastIndex((date) => date.day <= day)
  )
  const sums = Array.from({ length: views }, () => new Map<string, number[]>())
  for (const { path, counts } of groups) {
    sums.forEach((ofView, view) => {
      const key = path.slice(0, view).join()
      const sum = ofView.get(key) ?? dates.map(() => 0)
      ofView.set(key, sum)
      counts.forEach((count, i) => {
        const gap = gapOf[i]
        if (gap !== undefined && gap + 1 < sum.length) sum[gap + 1] = (sum[gap + 1] ?? 0) + count
      })
    })
  }
  for (const sum of sums.flatMap((ofView) => [...ofView.values()])) {
    for (let i = 1; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (sum[i - 1] ?? 0)
  }
  return {
    counts: { views: sums.map((ofView) => [...ofView.values()]) },
    weights: dates.map(({ weight }) => weight),
    dateOf: (day) => known.get(day)
  }
}
