import { DAY_MS } from '../../domain/calendar.ts'
import { overlap, type DateRange } from '../../domain/period.ts'
import { collectKey, type DataQuery, type Filter } from './data-query.ts'
import { distinct, type Cell, type Group } from './groups.ts'
import { localDays, type OpenKpi } from './kpi-records.ts'
import { ALL, type KpiRecord, type KpiView } from './kpi-views.ts'
import type { Window } from './window.ts'

/** A record of one period of the window; `at` undefined: of the whole window. */
type PeriodRecord = KpiRecord & { at: number | undefined }

/**
 * Puts the KPI of each period in the place of a mean (or sum) of its records: the rate of a month is not the mean of
 * the rates of its days. Leaves groups as they are that are told apart by anything but the keys of the KPI, and hours:
 * there is no KPI of those.
 */
export async function withKpiOfPeriods (
  groups: Group[], { source, view, versions, days }: OpenKpi, query: DataQuery, window: Window
): Promise<Group[]> {
  const { groupBy, filters, period } = query
  const collect = distinct(query.collect)
  const place = collect.findIndex((one) => collectKey(one) === collectKey(view.ofPeriod))
  const fields = [...groupBy, ...filters.map(({ field }) => field)]
  if (days === undefined || place < 0 || period === 'hour' || !fields.every((field) => view.keys.includes(field))) {
    return groups
  }
  const asked = localDays(window)
  const periods = window.starts.flatMap((start, at) => {
    const range = overlap({ start: start / DAY_MS, end: (window.starts[at + 1] ?? window.end) / DAY_MS }, asked)
    return range !== undefined && overlap(range, days) !== undefined ? [{ range, at }] : []
  })
  const whole = groupBy.length > 0 ? [{ range: clipped(asked, window, days), at: undefined }] : []
  const read = async (some: Array<{ range: DateRange, at: number | undefined }>): Promise<PeriodRecord[]> =>
    (await view.over(source, versions, some.map(({ range }) => range)))
      .filter(({ keys }) => filters.every((filter) => fits(keys, filter)))
      .map((record) => ({ ...record, at: some[record.period]?.at }))
  const byGroup = Map.groupBy(
    (await Promise.all([read(periods), read(whole)])).flat(),
    ({ keys }) => JSON.stringify(groupBy.map((field) => keys[field]))
  )
  const all = new Map([
    ...[...byGroup.keys()].map((name) => [name, emptyGroup(JSON.parse(name) as unknown[])] as const),
    ...groups.map((group) => [JSON.stringify(group.keys), group] as const)
  ])
  return [...all].map(([name, group]) => {
    const byPeriod = Map.groupBy(byGroup.get(name) ?? [], ({ at }) => at)
    const replaced = (cell: Cell | undefined, at: number | undefined): Cell | undefined => {
      const value = valueOf(view, byPeriod.get(at) ?? [])
      if (cell !== undefined && value !== undefined) return { ...cell, values: cell.values.with(place, value) }
      if (cell !== undefined || value == null) return cell
      return { count: 0, values: collect.map((_, i) => i === place ? value : null) }
    }
    const cells = window.starts.flatMap((_, at) => {
      const cell = replaced(group.cells.get(at), at)
      return cell === undefined ? [] : [[at, cell] as const]
    })
    const total = group.total.values.length === 0 ? undefined : group.total
    const ofWhole = whole.length > 0 ? replaced(total, undefined) : undefined
    return { ...group, total: ofWhole ?? group.total, cells: new Map(cells) }
  })
}

const emptyGroup = (keys: unknown[]): Group => ({ keys, total: { count: 0, values: [] }, cells: new Map() })

// A side of the window that the query leaves open ends with the data; the others decide by which definition it goes.
function clipped (asked: DateRange, { from, before }: Window, days: DateRange): DateRange {
  return { start: from === undefined ? days.start : asked.start, end: before === undefined ? days.end : asked.end }
}

function fits (keys: Record<string, string>, { field, value, prefix }: Filter): boolean {
  return prefix ? keys[field]?.startsWith(value) === true : keys[field] === value
}

// Counts add up over the keys that are not grouped by, rates do not: undefined, unless one of them is of all together.
function valueOf ({ ofPeriod: { field, method } }: KpiView, records: PeriodRecord[]): number | null | undefined {
  if (records.length === 0) return null
  if (method === 'sum') return records.reduce((sum, { values }) => sum + (values[field] ?? 0), 0)
  const one = records.length === 1 ? records[0] : records.find(({ keys }) => keys['channel'] === ALL)
  return one?.values[field]
}
