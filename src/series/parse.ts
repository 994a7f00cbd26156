import { known } from '../catalogue/explain.ts'
import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { askedApart, mayReport, withPredecessors, type Asked, type Merging } from '../catalogue/merging.ts'
import { localDay, parseDay } from '../domain/calendar.ts'
import type { EventType } from '../domain/event.ts'
import { addPeriods, periodsIn, periodStart, type Period, type DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { ATTRIBUTE, parseAttribute, type AttributeQuestion } from './attribute.ts'
import { parseFilters, type Filters } from './filters.ts'
import { parseMeasure, type MeasureParameters, type SeriesMeasure } from './measure.ts'
import type { Dimension } from './sum-query.ts'

/** The parameters of GET /v1/series as they come over HTTP. */
export interface SeriesParameters extends MeasureParameters {
  authority?: string[]
  service: string
  type: EventType
  outcome?: string[]
  period: Period
  start_on?: string
  end_on?: string
  duration?: number
  group_by?: string[]
  filter_by?: string[]
  top?: number
  predecessors?: 'include'
}

/** A question about a measure, every name resolved. */
export interface SeriesQuery {
  /** All whose figures are read. */
  authorities: Authority[]
  /** Those of them that the question is about; the others are added to theirs. */
  named: Authority[]
  /** Whether the question names them, or asks for all. */
  isNamed: boolean
  merging: Merging
  service: Service
  type: EventType
  period: Period
  /** The periods asked for, clipped to the range asked for. */
  periods: DateRange[]
  measure: SeriesMeasure
  groupBy: Dimension[]
  filters: Filters
  /** The attribute that it groups by, or filters by, or both. */
  attribute: AttributeQuestion | undefined
  /** How many of the groups with the largest sums to answer, largest first. Undefined: all groups. */
  top: number | undefined
  today: number
}

const MOST_PERIODS = 4000
const DEFAULT_DURATION = 12

/** Throws `ProblemError` naming the parameter that cannot be followed. */
export function parseSeries (directory: Directory, parameters: SeriesParameters, now: number): SeriesQuery {
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const names = [...new Set(parameters.group_by)]
  const groupBy = names.map(dimensionOf)
  const today = localDay(now)
  const range = rangeOf(parameters, today)
  const { named, authorities, merging } = authoritiesOf(
    directory, parameters, { service, apart: groupBy.includes('authority'), range }
  )
  if (parameters.top !== undefined && groupBy.length === 0) {
    throw new ProblemError('invalid-request', 'top needs group_by: it picks the groups with the largest sums.')
  }
  const isOfAttribute = (text: string): boolean => text.startsWith(ATTRIBUTE)
  const { filter_by: filterBy = [], outcome = [] } = parameters
  const filters = parseFilters({ directory, authorities, range }, parameters.type, [
    ...filterBy.filter((text) => !isOfAttribute(text)), ...outcome.map((one) => `outcome:${one}`)
  ])
  const attribute =
    parseAttribute(directory, service, names.filter(isOfAttribute), filterBy.filter(isOfAttribute))
  const byArea = [...groupBy, ...Object.keys(filters)].some((one) => one === 'ward' || one === 'street')
  const measure = parseMeasure(directory, parameters, byArea)
  const { type, period, top } = parameters
  const periods = clippedPeriods(period, range)
  const isNamed = parameters.authority !== undefined
  return {
    authorities,
    named,
    isNamed,
    merging,
    service,
    type,
    measure,
    period,
    periods,
    groupBy,
    filters,
    attribute,
    top,
    today
  }
}

const DIMENSIONS: readonly Dimension[] = ['authority', 'channel', 'outcome', 'ward', 'street']

function dimensionOf (name: string): Dimension {
  const found = name.startsWith(ATTRIBUTE) ? 'attribute' : DIMENSIONS.find((one) => one === name)
  if (found !== undefined) return found
  throw new ProblemError(
    'invalid-request', `group_by=${name} is not understood; use ${DIMENSIONS.join(', ')} or attribute:<name>.`
  )
}

/**
 * The authorities named in a question. One that groups by authority and names none asks for all that deliver, or may,
 * in the range. With `predecessors` those who gave way to one of them alone are added to it.
 */
export function authoritiesOf (
  directory: Directory,
  { authority: names, predecessors }: { authority?: string[], predecessors?: 'include' },
  { service, apart, range }: { service: Service, apart: boolean, range: DateRange }
): Asked {
  if (names === undefined && !apart) {
    throw new ProblemError(
      'invalid-request',
      'authority is missing; name one or more, or group_by=authority for all that deliver the service.'
    )
  }
  const named = names === undefined
    ? mayReport(directory, service, range)
    : [...new Set(names.map((name) => known(directory.authority(name), 'unknown-authority', 'authority')))]
  return predecessors === undefined ? askedApart(named) : withPredecessors(directory, named, names === undefined)
}

/** The days asked for: start_on and end_on (inclusive), or one of them with duration, or duration up to today. */
export function rangeOf (
  parameters: { period: Period, start_on?: string, end_on?: string, duration?: number }, today: number
): DateRange {
  const { period, duration } = parameters
  const start = dayOf('start_on', parameters.start_on)
  const last = dayOf('end_on', parameters.end_on)
  if (start !== undefined && last !== undefined) {
    if (duration !== undefined) {
      throw new ProblemError('invalid-period-range', 'Give two of start_on, end_on and duration, not all three.')
    }
    if (last < start) throw new ProblemError('invalid-period-range', 'end_on lies before start_on.')
    return { start, end: last + 1 }
  }
  const count = duration ?? DEFAULT_DURATION
  if (start !== undefined) {
    return {
      start,
      end: duration === undefined ? Math.max(today, start) + 1 : addPeriods(period, periodStart(period, start), count)
    }
  }
  const end = addPeriods(period, periodStart(period, last ?? today), 1)
  return { start: addPeriods(period, end, -count), end: last === undefined ? end : last + 1 }
}

function dayOf (name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const day = parseDay(text)
  if (day === undefined) {
    throw new ProblemError('invalid-period-range', `${name} ${text} is not a day of the calendar; send YYYY-MM-DD.`)
  }
  return day
}

function clippedPeriods (period: Period, range: DateRange): DateRange[] {
  return wholePeriods(period, range, MOST_PERIODS).map(({ start, end }) => ({
    start: Math.max(start, range.start), end: Math.min(end, range.end)
  }))
}

/** Every period that has a day in the range, whole. */
export function wholePeriods (period: Period, range: DateRange, most: number): DateRange[] {
  try {
    return periodsIn(period, range, most)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ProblemError(
      'invalid-period-range',
      `The range holds ${error.message}; ask for a shorter one or longer periods.`
    )
  }
}
