import { isUnknown } from '../../catalogue/directory.ts'
import { DAY_MS, dayOf, formatDay } from '../../domain/calendar.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { isEventTerm, isMeasureTerm, termsOf, type KpiVersion } from '../../domain/kpi/definition.ts'
import { overlap, type DateRange } from '../../domain/period.ts'
import { workedOut, type Published } from '../../disclosure/gate.ts'
import { readExtent } from '../../rollups/index.ts'
import { readObservations } from '../../observations/store/read.ts'
import { badQuery } from '../data-error.ts'
import type { RecordRelation, TimeRange } from '../store/relation.ts'
import { valueRecords, type ValueRecord } from '../store/value-records.ts'
import type { KpiSource, KpiView } from './kpi-views.ts'

/** Authorities times days of one answer: a year of every authority, and more of a few. */
const MOST_RECORDS = 200_000
/** Days that anything can be sent for. */
const EVER: DateRange = { start: dayOf(1900, 1, 1), end: dayOf(2101, 1, 1) }

/** A view of a KPI, with the versions of its definition and the days outside which there is nothing of it. */
export interface OpenKpi {
  source: KpiSource
  view: KpiView
  versions: readonly KpiVersion[]
  days: DateRange | undefined
}

export async function openKpi (source: KpiSource, view: KpiView): Promise<OpenKpi> {
  const found = source.directory.kpis.kpi(view.kpi)
  const versions = isUnknown(found) ? [] : found
  return { source, view, versions, days: await daysWithData(source, versions) }
}

/** The records of a range: one a local day, or as they were sent. Throws `DataError` where there are too many. */
export async function kpiRecords (kpi: OpenKpi, range: TimeRange): Promise<Published<RecordRelation>> {
  const days = kpi.days && overlap(kpi.days, localDays(range))
  if (days === undefined) return valueRecords([])
  const { source, view, versions } = kpi
  return valueRecords(await view.asSent?.(source, versions, days) ?? await dailyRecords(kpi, days))
}

async function dailyRecords (
  { source, view, versions }: OpenKpi, { start, end }: DateRange
): Promise<Array<Published<ValueRecord>>> {
  if ((end - start) * source.authorities.length > MOST_RECORDS) {
    throw badQuery('There are too many records: ask for fewer days, with start_at and end_at')
  }
  const days = Array.from({ length: end - start }, (_, i): DateRange => ({ start: start + i, end: start + i + 1 }))
  return (await view.over(source, versions, days)).map((record) => {
    const { period, keys, values } = record
    const day = start + period
    return workedOut([record], () => ({
      day,
      name: view.keys.map((key) => keys[key] ?? '').join('.'),
      body: { ...keys, ...values, period: 'day', _start_at: midnight(day), _end_at: midnight(day + 1) }
    }))
  })
}

const midnight = (day: number): string => `${formatDay(day)}T00:00:00+00:00`

/** The local days whose records lie in a range: each bears its day's midnight. */
export function localDays ({ from, before, inclusive }: TimeRange): DateRange {
  return {
    start: from === undefined ? EVER.start : Math.ceil(from / DAY_MS),
    end: before === undefined ? EVER.end : inclusive ? Math.floor(before / DAY_MS) + 1 : Math.ceil(before / DAY_MS)
  }
}

async function daysWithData (
  { session, directory, service, authorities }: KpiSource, versions: readonly KpiVersion[]
): Promise<DateRange | undefined> {
  const authorityIds = authorities.map(({ id }) => id)
  const client = session.pool.within({ authorityIds })
  const terms = versions.flatMap(termsOf)
  const types = new Set(terms.filter(isEventTerm).map(({ events }) => EVENT_TYPES[events]))
  const measures = terms.flatMap((term) =>
    isEventTerm(term) ? Object.keys(term.counts ?? {}) : isMeasureTerm(term) ? [term.measure] : []
  )
  const measureIds = [...new Set(measures)].flatMap((slug) => {
    const measure = directory.kpis.measure(slug)
    return isUnknown(measure) ? [] : [measure.id]
  })
  const [observations, ...extents] = await Promise.all([
    readObservations(client, {
      authorityIds, serviceId: service.id, measureIds, from: EVER.start, to: EVER.end
    }),
    ...[...types].map(async (type) => await readExtent(client, { authorityIds, serviceId: service.id, type }))
  ])
  const ranges = [
    ...extents.flatMap((range) => range ?? []),
    ...observations.map(({ startOn, endOn }) => ({ start: dayNumber(startOn), end: dayNumber(endOn) + 1 }))
  ]
  return ranges.length === 0
    ? undefined
    : ranges.reduce((a, b) => ({ start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }))
}

const dayNumber = (date: string): number => Date.parse(date) / DAY_MS
