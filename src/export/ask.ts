import type { Directory } from '../catalogue/directory.ts'
import type { Session } from '../disclosure/session.ts'
import { formatDay } from '../domain/calendar.ts'
import type { EventType } from '../domain/event.ts'
import type { DateRange, Period } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'
import { askKpiSeries } from '../kpi/answer.ts'
import { askSeries } from '../series/answer.ts'
import type { Statistic } from '../series/measure.ts'
import type { Place } from './place.ts'

/** A fact: the value of one period of one member of a dimension. */
export interface Fact {
  /** Null: of figures for periods, and of KPIs. */
  type: EventType | null
  /** As in /v1/series, or `kpi:` and a KPI. */
  measure: string
  statistic: Statistic | null
  unit: string
  range: DateRange
  /** `whole` has no members. */
  dimension: string
  member: string | null
  value: number | null
  status: Status
}

/** What facts are asked of, and how. */
export interface FactQuestion {
  session: Session
  directory: Directory
  period: Period
  now: number
  /** Only these measures; undefined: all. */
  measures?: ReadonlySet<string> | undefined
}

/** What of a place a row of facts is about. */
export interface Subject { type?: EventType, measure: string, statistic?: Statistic }

const WHOLE = 'whole'
export const KPI = 'kpi:'

/** One question to /v1/series, as it answers it: the facts of each group. */
export async function askFacts (
  { session, directory, period, now }: FactQuestion, place: Place, subject: Subject, range: DateRange,
  dimension?: string
): Promise<Fact[][]> {
  const authority = nameOf(directory, place)
  if (authority === undefined) return []
  const { query: { measure }, answer } = askSeries(directory, {
    authority: [authority],
    service: place.service.slug,
    type: subject.type ?? 'transaction',
    measure: subject.measure,
    ...(subject.statistic !== undefined && { statistic: subject.statistic }),
    period,
    start_on: formatDay(range.start),
    end_on: formatDay(range.end - 1),
    ...(dimension !== undefined && { group_by: [dimension] })
  }, now)
  const { series } = await answer(session)
  return series.map(({ group, values }) => values.map(({ range, value, status }) => ({
    type: subject.type ?? null,
    measure: measure.name,
    statistic: measure.statistic,
    unit: measure.unit,
    range,
    dimension: dimension ?? WHOLE,
    member: dimension === undefined ? null : group[dimension] ?? null,
    value,
    status
  })))
}

/** One question to the series of a KPI, as it answers it. */
export async function askFactsOfKpi (
  { session, directory, period, now }: FactQuestion, place: Place, kpi: string, range: DateRange
): Promise<Fact[]> {
  const authority = nameOf(directory, place)
  if (authority === undefined) return []
  const { series: [one] } = await askKpiSeries(directory, kpi, {
    authority: [authority],
    service: place.service.slug,
    period,
    start_on: formatDay(range.start),
    end_on: formatDay(range.end - 1)
  }, now).answer(session)
  return (one?.values ?? []).map(({ range, figure: { value, status, version } }) => ({
    type: null,
    measure: KPI + kpi,
    statistic: null,
    unit: version?.unit ?? '',
    range,
    dimension: WHOLE,
    member: null,
    value,
    status
  }))
}

/** A name by which the catalogue finds the authority now; undefined: it was changed meanwhile. */
function nameOf (directory: Directory, { authority }: Place): string | undefined {
  return [authority.gss, authority.slug].find((one) => one !== null && directory.authority(one) === authority) ??
    undefined
}
