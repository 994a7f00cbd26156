import { known } from '../catalogue/explain.ts'
import { UNKNOWN, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import { localDay, parseDay } from '../domain/calendar.ts'
import { OUTCOMES, OUTCOMES_OF, type EventType } from '../domain/event.ts'
import { addPeriods, periodsIn, periodStart, type Period, type DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import type { Dimension } from './sum-query.ts'

/** The parameters of GET /v1/series as they come over HTTP. */
export interface SeriesParameters {
  authority?: string[]
  service: string
  type: EventType
  outcome?: string[]
  period: Period
  start_on?: string
  end_on?: string
  duration?: number
  group_by?: Dimension[]
  filter_by?: string[]
  top?: number
}

/** A question about counts of events, every name resolved. */
export interface SeriesQuery {
  authorities: Authority[]
  service: Service
  type: EventType
  period: Period
  /** The periods asked for, clipped to the range asked for. */
  periods: DateRange[]
  groupBy: Dimension[]
  filters: Partial<Record<Exclude<Dimension, 'authority'>, number[]>>
  /** How many of the groups with the largest sums to answer, largest first. Undefined: all groups. */
  top: number | undefined
  today: number
}

const MOST_PERIODS = 4000
const DEFAULT_DURATION = 12

/** Throws `ProblemError` naming the parameter that cannot be followed. */
export function parseSeries (directory: Directory, parameters: SeriesParameters, now: number): SeriesQuery {
  const service = known(directory.service(parameters.service), 'unknown-service', 'service')
  const groupBy = [...new Set(parameters.group_by)]
  const authorities = authoritiesOf(directory, parameters.authority, service, groupBy.includes('authority'))
  if (parameters.top !== undefined && groupBy.length === 0) {
    throw new ProblemError('invalid-request', 'top needs group_by: it picks the groups with the largest sums.')
  }
  const today = localDay(now)
  const filters = parseFilters(directory, authorities, parameters.type, [
    ...(parameters.filter_by ?? []),
    ...(parameters.outcome ?? []).map((outcome) => `outcome:${outcome}`)
  ])
  const range = rangeOf(parameters, today)
  const { type, period, top } = parameters
  return { authorities, service, type, period, periods: clippedPeriods(period, range), groupBy, filters, top, today }
}

/**
 * The authorities named in a question. A question that groups by authority and names none asks for all that deliver.
 */
export function authoritiesOf (
  directory: Directory, names: string[] | undefined, service: Service, apart: boolean
): Authority[] {
  if (names !== undefined) {
    return [...new Set(names.map((name) => known(directory.authority(name), 'unknown-authority', 'authority')))]
  }
  if (apart) {
    return directory.authorities.filter((authority) => directory.provision(authority, service).delivers !== 'no')
  }
  throw new ProblemError(
    'invalid-request', 'authority is missing; name one or more, or group_by=authority for all that deliver the service.'
  )
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

function parseFilters (
  directory: Directory, authorities: Authority[], type: EventType, filters: string[]
): SeriesQuery['filters'] {
  const parsed: SeriesQuery['filters'] = {}
  for (const filter of filters) {
    const colon = filter.indexOf(':')
    const [dimension, value] = [filter.slice(0, colon), filter.slice(colon + 1)]
    if (dimension === 'channel') {
      ;(parsed.channel ??= []).push(known(directory.channel(value), 'unknown-channel', 'channel').id)
    } else if (dimension === 'outcome') (parsed.outcome ??= []).push(outcomeOf(type, value))
    else if (dimension === 'ward') (parsed.ward ??= []).push(...wardIds(directory, authorities, value))
    else if (dimension === 'street' && /^\d{1,8}$/.test(value)) (parsed.street ??= []).push(Number(value))
    else {
      throw new ProblemError(
        'invalid-request',
        `filter_by=${filter} is not understood; use channel:<word>, outcome:<word>, ward:<code> or street:<USRN>.`
      )
    }
  }
  return parsed
}

// Refuse an outcome that no event of the type can have, rather than answer 0.
function outcomeOf (type: EventType, name: string): number {
  const outcome = OUTCOMES_OF[type].find((one) => one === name)
  if (outcome !== undefined) return OUTCOMES[outcome]
  throw new ProblemError(
    'invalid-request',
    `outcome ${name} is not one of a ${type}; use ${OUTCOMES_OF[type].join(', ')}.`
  )
}

// Take all wards with that slug: over the years several may have had it.
function wardIds (directory: Directory, authorities: Authority[], name: string): number[] {
  if (name === UNKNOWN) return [0]
  const wards = authorities.flatMap((authority) => directory.areasOf(authority)).filter(({ code, slug }) =>
    code === name || slug === name
  )
  if (wards.length > 0) return wards.map(({ id }) => id)
  const [first] = authorities
  const found = first === undefined ? { unknown: name, suggestion: undefined } : directory.ward(first, name)
  return [known(found, 'unknown-ward', 'ward').id]
}
