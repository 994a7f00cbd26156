import { workedOut, type Published } from '../../disclosure/gate.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { exact } from '../../domain/exact.ts'
import { overlap, type DateRange } from '../../domain/period.ts'
import { collectKey, type Collect, type DataQuery, type Filter } from './data-query.ts'
import { distinct, emptyGroup, type Collected, type Group } from './groups.ts'
import { localDays, type OpenKpi } from './kpi-records.ts'
import { ALL, type KpiRecord, type KpiView } from './kpi-views.ts'
import type { QueryRange } from './query-range.ts'

/** A period of the query; `at` undefined: all of its range. */
interface AskedPeriod { days: DateRange, at: number | undefined }

/** The record of a KPI in a period of the query. */
interface PeriodRecord { record: Published<KpiRecord>, at: number | undefined }

/**
 * Puts the KPI of each period in the place of a mean (or sum) of its records: the rate of a month is not the mean of
 * the rates of its days. Leaves groups by other fields than the keys of the KPI as they are, and hours: there is no KPI
 * of those.
 */
export async function withKpiOfPeriods (
  groups: Published<Group[]>, { source, view, versions, days }: OpenKpi, query: DataQuery, range: QueryRange
): Promise<Published<Group[]>> {
  const { groupBy, filters, period } = query
  const collect = distinct(query.collect)
  const place = collect.findIndex((one) => collectKey(one) === collectKey(view.ofPeriod))
  const isCount = ({ field, method }: Collect): boolean => method === 'sum' && view.counts?.includes(field) === true
  const fields = [...groupBy, ...filters.map(({ field }) => field)]
  const isAsked = place >= 0 || collect.some(isCount)
  if (days === undefined || !isAsked || period === 'hour' || !fields.every((field) => view.keys.includes(field))) {
    return groups
  }
  const asked = localDays(range)
  const periods = range.starts.flatMap((start, at): AskedPeriod[] => {
    const ofPeriod = overlap({ start: start / DAY_MS, end: (range.starts[at + 1] ?? range.end) / DAY_MS }, asked)
    return ofPeriod !== undefined && overlap(ofPeriod, days) !== undefined ? [{ days: ofPeriod, at }] : []
  })
  const whole: AskedPeriod[] = groupBy.length > 0 ? [{ days: clipped(asked, range, days), at: undefined }] : []
  const read = async (some: readonly AskedPeriod[]): Promise<PeriodRecord[]> =>
    (await view.over(source, versions, some.map(({ days }) => days)))
      .filter(({ keys }) => filters.every((filter) => fits(keys, filter)))
      .map((record) => ({ record, at: some[record.period]?.at }))
  const records = (await Promise.all([read(periods), read(whole)])).flat()
  const recordsOf = Map.groupBy(records, ({ record: { keys } }) => JSON.stringify(groupBy.map((field) => keys[field])))

  const replace = (name: string, group: Group): Group => {
    const recordsAt = Map.groupBy(recordsOf.get(name) ?? [], ({ at }) => at)
    const replaced = (collected: Collected | undefined, at: number | undefined): Collected | undefined => {
      const records = (recordsAt.get(at) ?? []).map(({ record }) => record)
      const value = valueOf(view, records)
      if (collected !== undefined) {
        return place < 0 || value === undefined
          ? collected
          : { ...collected, values: collected.values.with(place, value) }
      }
      const values = collect.map((one, i) =>
        i === place ? value ?? null : isCount(one) ? sumOf(one.field, records) : null
      )
      return values.every((one) => one === null) ? undefined : { count: 1, values } // what came for it as a whole
    }
    const byPeriod = range.starts.flatMap((_, at) => {
      const collected = replaced(group.byPeriod.get(at), at)
      return collected === undefined ? [] : [[at, collected] as const]
    })
    const total = group.total.values.length === 0 ? undefined : group.total
    const ofWhole = whole.length > 0 ? replaced(total, undefined) : undefined
    return { ...group, total: ofWhole ?? group.total, byPeriod: new Map(byPeriod) }
  }
  return workedOut<Group[] | KpiRecord, Group[]>([groups, ...records.map(({ record }) => record)], () => {
    const all = new Map([
      ...[...recordsOf.keys()].map((name) => [name, emptyGroup(JSON.parse(name) as unknown[])] as const),
      ...groups.map((group) => [JSON.stringify(group.keys), group] as const)
    ])
    return [...all].map(([name, group]) => replace(name, group))
  })
}

// A side of the range that the query leaves open ends with the data; the others decide which definition is in force.
function clipped (asked: DateRange, { from, before }: QueryRange, days: DateRange): DateRange {
  return { start: from === undefined ? days.start : asked.start, end: before === undefined ? days.end : asked.end }
}

function fits (keys: Record<string, string>, { field, value, prefix }: Filter): boolean {
  return prefix ? keys[field]?.startsWith(value) === true : keys[field] === value
}

// Counts add up over the keys that are not grouped by, rates do not: undefined, unless one of them is of all together.
function valueOf ({ ofPeriod: { field, method } }: KpiView, records: readonly KpiRecord[]): number | null | undefined {
  if (records.length === 0) return null
  if (method === 'sum') return sumOf(field, records)
  const one = records.length === 1 ? records[0] : records.find(({ keys }) => keys['channel'] === ALL)
  return one?.values[field]
}

/** Null where no record has the field. */
function sumOf (field: string, records: readonly KpiRecord[]): number | null {
  const found = records.flatMap(({ values }) => values[field] ?? [])
  return found.length === 0 ? null : exact(found.reduce((sum, one) => sum + one, 0))
}
