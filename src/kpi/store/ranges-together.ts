import { addPeriods, FIRST_DAY, periodStart } from '../../domain/period.ts'
import { remembered } from '../../domain/remembered.ts'

/** Days of one authority and type of event, `to` not included. */
export interface EventRange { authorityId: number, type: number, from: number, to: number }

/** Ranges of one type that are read by one question, and which of them a day of an authority lies in. */
export interface TogetherRead {
  type: number
  authorityIds: number[]
  from: number
  before: number
  /** Indices into the ranges. */
  rangesAt: (authorityId: number, day: number) => readonly number[]
}

/** Ranges with no more days between them are read together: sums are stored by the month at least. */
const NEAR_DAYS = 31

/**
 * Ranges by what is best read at once. `byMonth`: sums are of months, and lie in the ranges that their month begins in.
 * `around`: so many days before and after are read as well, which lie in no range.
 */
export function rangesTogether (
  eventRanges: readonly EventRange[], { byMonth, around = 0 }: { byMonth: boolean, around?: number }
): TogetherRead[] {
  const numbered = eventRanges.map((eventRange, n) => ({ ...eventRange, n }))
  const together = [...Map.groupBy(numbered, ({ type }) => type).values()].flatMap(nearOnes)
  return together.map((some) => {
    const rangesAt = new Map([...Map.groupBy(some, ({ authorityId }) => authorityId)].map(([id, own]) =>
      [
        id,
        remembered((day: number) => own.filter(({ from, to }) => day >= from && day < to).map(({ n }) => n))
      ]
    ))
    const last = Math.max(...some.map(({ to }) => to)) - 1
    return {
      type: some[0]?.type ?? 0,
      authorityIds: [...rangesAt.keys()],
      from: Math.max((some[0]?.from ?? 0) - around, FIRST_DAY),
      before: byMonth ? addPeriods('month', periodStart('month', last), 1) : last + 1 + around,
      rangesAt: (authorityId, day) => rangesAt.get(authorityId)?.(day) ?? []
    }
  })
}

// A year and the year before are read at once, last week and the same one years ago apart.
function nearOnes<One extends EventRange> (eventRanges: readonly One[]): One[][] {
  const together: One[][] = []
  let end = -Infinity
  for (const eventRange of eventRanges.toSorted((a, b) => a.from - b.from)) {
    if (eventRange.from > end + NEAR_DAYS) together.push([])
    together.at(-1)?.push(eventRange)
    end = Math.max(end, eventRange.to)
  }
  return together
}
