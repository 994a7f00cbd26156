import { parseDay } from '../../domain/calendar.ts'
import type { Report } from './files.ts'
import type { At } from './shipped.ts'

interface Dated { valid_from: string | null, valid_to: string | null }

export const firstDay = ({ valid_from: date }: Dated): number => date === null ? -Infinity : parseDay(date) ?? -Infinity
export const lastDay = ({ valid_to: date }: Dated): number => date === null ? Infinity : parseDay(date) ?? Infinity

/** Whether two are in force on one day. */
export function meet (one: Dated, other: Dated): boolean {
  return firstDay(one) <= lastDay(other) && firstDay(other) <= lastDay(one)
}

/** Reports dates that are none, or in the wrong order. */
export function checkDates ({ at, row: { valid_from: from, valid_to: to } }: At<Dated>, report: Report): void {
  for (const date of [from, to]) {
    if (date !== null && parseDay(date) === undefined) report(at, `${date} is no day of the calendar; write YYYY-MM-DD`)
  }
  if (from !== null && to !== null && from > to) report(at, `begins on ${from} and ends on ${to}; it cannot end before`)
}

/** Calls `found` for each row that is in force on one day with an earlier one of the same name. */
export function eachClash<T extends Dated> (
  rows: ReadonlyArray<At<T>>, nameOf: (row: T) => string | null, found: (later: At<T>, earlier: At<T>) => void
): void {
  for (const [name, those] of Map.groupBy(rows, ({ row }) => nameOf(row))) {
    if (name === null || those.length === 1) continue
    for (const [i, later] of those.entries()) {
      const earlier = those.slice(0, i).find(({ row }) => meet(row, later.row))
      if (earlier !== undefined) found(later, earlier)
    }
  }
}

export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/
export const SLUG_RULE = 'write small letters, digits and single hyphens'
