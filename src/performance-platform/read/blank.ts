import { workedOut, type Published } from '../../disclosure/gate.ts'
import { touches, type WithheldDays } from '../../disclosure/withheld.ts'
import type { Authority } from '../../catalogue/directory.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import type { DateRange } from '../../domain/period.ts'
import type { DataQuery, Filter } from './data-query.ts'
import type { Group } from './groups.ts'
import type { QueryRange } from './query-range.ts'

/** Whose figures are in the records of a data set, and which of their days are not published yet for the viewer. */
export interface WithheldOf { authorities: readonly Authority[], days: WithheldDays }

/** The fields that distinguish authorities, where records have them, and what they say of one. */
const NAMES: Record<string, (authority: Authority) => string> = {
  authority: ({ slug }) => slug, authority_name: ({ short_name: name }) => name
}

/**
 * Takes out what periods say that are not published to their end, and totals of such a range: records of the days
 * that are not published are left out of them, and the sum of the rest would be shown for the whole.
 */
export function withoutWithheld (
  groups: Published<Group[]>, { authorities, days }: WithheldOf, query: DataQuery, range: QueryRange, tomorrow: number
): Published<Group[]> {
  const concerned = authorities.filter((one) => days(one.id).length > 0 && query.filters.every((by) => fits(one, by)))
  if (concerned.length === 0) return groups
  const from = range.from === undefined ? -Infinity : dayAt(range.from)
  const before = range.before === undefined ? Infinity : dayAfter(range.before + (range.inclusive ? 1 : 0))
  const all = { start: from, end: Math.min(before, tomorrow) }
  const periods = range.starts.map((start, i): DateRange =>
    ({ start: dayAt(start), end: dayAfter(range.starts[i + 1] ?? range.end) })
  )
  return workedOut([groups], () => groups.map((group) => {
    const withheld = concerned.filter((one) =>
      query.groupBy.every((field, i) => NAMES[field] === undefined || NAMES[field](one) === group.keys[i])
    ).flatMap(({ id }) => days(id))
    return {
      ...group,
      total: touches(withheld, all) ? { count: 0, values: [] } : group.total,
      byPeriod: new Map([...group.byPeriod].filter(([period]) => {
        const ofPeriod = periods[period]
        return ofPeriod !== undefined && !touches(withheld, ofPeriod)
      }))
    }
  }))
}

const dayAt = (instant: number): number => Math.floor(instant / DAY_MS)
const dayAfter = (instant: number): number => Math.ceil(instant / DAY_MS)

function fits (authority: Authority, { field, value, prefix }: Filter): boolean {
  const name = NAMES[field]?.(authority)
  return name === undefined || (prefix ? name.startsWith(value) : name === value)
}
